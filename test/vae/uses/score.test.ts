import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { corners, smallVAE } from '../small.js';
import { rowsOf } from '../tables.js';
import { columns, exactly, knownVAE, natsAt } from './known.js';

const gap = Number.NaN;

/** Whole rows, rows with gaps, a row of gaps alone, and one far out. */
const rows = [
  [11, -4.2, 1],
  [gap, -4.2, 1],
  [9, gap, gap],
  [12.5, -4.4, gap],
  [gap, gap, gap],
  [60, -4, 0],
];

describe('the ELBO of rows with gaps', () => {
  const [mean, logVariance] = [0.4, -60];

  /** A model whose encoder always tells one z. */
  function certainVAE() {
    const vae = knownVAE();
    vae.setParameters({
      'mean.bias': new Tensor('float32', Float32Array.of(mean), [1]),
      'logVariance.bias': new Tensor('float32', Float32Array.of(logVariance), [1]),
    });
    return vae;
  }

  const kl = 0.5 * (mean ** 2 + Math.exp(logVariance) - 1 - logVariance);

  test('is as in a hand-written reference, of observed values alone', async () => {
    const vae = certainVAE();
    const { values, columns: nats } = await vae.score(rowsOf(columns, rows), { samples: 1 });
    const elbo = (await vae.elbo(rowsOf(columns, rows))).data as Float32Array;
    await vae.release();
    expect(nats!.dims).toEqual([rows.length, columns.length]);
    rows.forEach((row, i) => {
      const expected = natsAt(row, mean);
      const total = expected.reduce((sum, each) => sum + each, kl);
      expect(values[i]! / total).toBeCloseTo(1, 5);
      expect(elbo[i]! / -total).toBeCloseTo(1, 5);
      expected.forEach((each, c) => {
        const found = nats!.data[i * columns.length + c] as number;
        expect(Math.abs(found - each)).toBeLessThan(1e-5 * Math.max(1, Math.abs(each)));
        if (Number.isNaN(row[c])) expect(found).toBe(0);
      });
    });
  });

  test('is the loss of training, too', async () => {
    const vae = certainVAE();
    const { loss } = await vae.evaluate(rowsOf(columns, rows));
    await vae.release();
    const totals = rows.map((row) => natsAt(row, mean).reduce((sum, each) => sum + each, kl));
    expect(loss! / (totals.reduce((a, b) => a + b) / rows.length)).toBeCloseTo(1, 5);
  });
});

describe('scores', () => {
  test("come to −log p of the observed values, and to each column's part", async () => {
    const vae = knownVAE();
    const data = rowsOf(columns, rows);
    const { values, columns: nats } = await vae.score(data, { samples: 20_000 });
    await vae.release();
    rows.slice(0, 5).forEach((row, i) => {
      const right = exactly(row);
      expect(Math.abs(values[i]! + right.logEvidence)).toBeLessThan(0.03);
      right.nats.forEach((each, c) => {
        expect(Math.abs((nats!.data[i * 3 + c] as number) - each)).toBeLessThan(0.05);
      });
    });
    // A value far out is told by its own column.
    expect(values.indexOf(Math.max(...values))).toBe(5);
    const far = Array.from(nats!.data.slice(15) as Float32Array);
    expect(far.indexOf(Math.max(...far))).toBe(0);
  });

  test('a row of gaps alone has a score of 0', async () => {
    const vae = knownVAE();
    const { values, columns: nats } = await vae.score(rowsOf(columns, rows), { samples: 50 });
    await vae.release();
    expect(Math.abs(values[4]!)).toBeLessThan(1e-5);
    expect(Array.from(nats!.data.slice(12, 15) as Float32Array)).toEqual([0, 0, 0]);
  });

  test('values that no draw explains are infinitely odd, and say which column', async () => {
    const vae = knownVAE();
    const odd = rowsOf(columns, [[3e38, -4, 1], rows[0]!]);
    const { values, columns: nats } = await vae.score(odd, { samples: 130 });
    await vae.release();
    expect(values[0]).toBe(Infinity);
    expect(nats!.data[0]).toBe(Infinity);
    expect(Number.isFinite(values[1])).toBe(true);
    expect(Array.from(nats!.data.slice(1) as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test('of images are −logLikelihood and −elbo, and have no columns', async () => {
    const vae = smallVAE();
    const data = corners(300);
    const { values, columns: none } = await vae.score(data, { samples: 70 });
    const { values: logs } = await vae.logLikelihood(data, { samples: 70 });
    const bound = await vae.score(data.images, { samples: 1 });
    const elbo = await vae.elbo(data.images);
    await vae.release();
    expect(none).toBeUndefined();
    expect(values).toEqual(logs.map((each) => -each));
    expect(bound.values).toEqual((elbo.data as Float32Array).map((each) => -each));
  });

  test('are the same for one seed, and for a tensor of the same rows', async () => {
    const vae = knownVAE();
    const data = rowsOf(
      columns,
      Array.from({ length: 40 }, (_, i) => rows[i % rows.length]!),
    );
    const [one, other, tensor] = [
      await vae.score(data, { samples: 100, seed: 5 }),
      await vae.score(data, { samples: 100, seed: 6 }),
      await vae.score(data.images, { samples: 100, seed: 5 }),
    ];
    await vae.release();
    expect(tensor.values).toEqual(one.values);
    expect(other.values).not.toEqual(one.values);
  });

  test('a model without a bound, and a wrong number of samples, are refused', async () => {
    const vae = knownVAE();
    const data = rowsOf(columns, rows);
    await expect(vae.score(data, { samples: 0 })).rejects.toThrow(/samples must be a whole number/);
    await vae.release();
    const plain = smallVAE({ likelihood: 'mse' });
    await expect(plain.score(corners(4))).rejects.toThrow(/mse is no distribution/);
    await plain.release();
  });
});
