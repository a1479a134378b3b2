import { describe, expect, test } from 'vitest';
import { adam, conditional } from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';
import { column, normals, rowsOf, tableVAE, uniforms } from '../tables.js';
import { columns, exactly, knownVAE } from './known.js';

const gap = Number.NaN;
const rows = [
  [11, -4.2, 1],
  [gap, -4.2, 1],
  [11.5, gap, gap],
  [8.5, gap, gap],
  [gap, gap, 0],
];

describe('imputation by a model that is known', () => {
  test('numbers are their means, words the likeliest, and observed values stay', async () => {
    const vae = knownVAE();
    const { single, draws } = await vae.impute(rowsOf(columns, rows), { samples: 20_000 });
    await vae.release();
    expect(draws).toEqual([]);
    expect(single.dims).toEqual([rows.length, 3]);
    rows.forEach((row, i) => {
      const right = exactly(row);
      row.forEach((value, c) => {
        const found = single.data[i * 3 + c] as number;
        if (!Number.isNaN(value)) expect(found).toBe(Math.fround(value));
        else if (c === 2) expect(found).toBe(Math.round(right.means[2]!));
        else expect(Math.abs(found - right.means[c]!)).toBeLessThan(0.03);
      });
    });
  });

  test('draws are of p(missing | observed)', async () => {
    const vae = knownVAE();
    const [wanted, copies] = [4, 500];
    const data = rowsOf(
      columns,
      Array.from({ length: copies }, () => rows[2]!),
    );
    const { draws } = await vae.impute(data, { draws: wanted, samples: 200 });
    const again = await vae.impute(data, { draws: wanted, samples: 200 });
    await vae.release();
    expect(draws).toHaveLength(wanted);
    expect(again.draws[3]!.data).toEqual(draws[3]!.data);
    const of = (c: number) =>
      draws.flatMap(({ data: values }) =>
        Array.from({ length: copies }, (_, i) => values[i * 3 + c] as number),
      );
    const right = exactly(rows[2]!);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const [a, b, c] = [of(0), of(1), of(2)];
    expect(a.every((each) => each === 11.5)).toBe(true);
    expect(Math.abs(mean(b) - right.means[1]!)).toBeLessThan(0.04);
    const variance = mean(b.map((each) => (each - right.means[1]!) ** 2));
    expect(variance / right.variances[1]!).toBeGreaterThan(0.9);
    expect(variance / right.variances[1]!).toBeLessThan(1.1);
    expect(c.every((each) => each === 0 || each === 1)).toBe(true);
    expect(Math.abs(mean(c) - right.means[2]!)).toBeLessThan(0.04);
    // Missing values of a row are drawn together: both follow one z.
    const together = mean(b.map((each, i) => (each - mean(b)) * (c[i]! - mean(c))));
    expect(Math.abs(together - right.covariance)).toBeLessThan(0.01);
  });
});

test('columns that tell one another are filled by one another', async () => {
  const count = 1500;
  const table = [
    column('x', 'continuous', { missing: 0.2 }),
    column('same', 'continuous', { missing: 0.2, likelihood: 'gaussian' }),
    column('sign', 'binary', { categories: ['minus', 'plus'], missing: 0.2 }),
    column('third', 'categorical', { categories: ['low', 'middle', 'high'], missing: 0.2 }),
    column('events', 'count', { missing: 0.2, likelihood: 'negativeBinomial' }),
  ];
  const x = normals(count, 'x');
  const whole = Array.from(x, (v) => [
    5 + 2 * v,
    5 + 2 * v,
    Number(v > 0),
    v < -0.43 ? 0 : v < 0.43 ? 1 : 2,
    Math.round(Math.exp(2 + v)),
  ]);
  const drop = uniforms(count * table.length, 'drop');
  const gaps = whole.map((row, i) =>
    row.map((value, c) => (drop[i * table.length + c]! < 0.2 ? gap : value)),
  );
  const vae = tableVAE(table, { width: 32 });
  await vae.fit(rowsOf(table, gaps), {
    epochs: 60,
    batchSize: 100,
    optimizer: adam({ learningRate: 0.01 }),
  });
  const { single } = await vae.impute(rowsOf(table, gaps), { samples: 50 });
  await vae.release();
  const errors = table.map((_, c) =>
    whole.flatMap((row, i) => {
      if (!Number.isNaN(gaps[i]![c]!)) return [];
      return [(single.data[i * table.length + c] as number) - row[c]!];
    }),
  );
  const rms = (list: number[]) => Math.sqrt(list.reduce((a, b) => a + b * b, 0) / list.length);
  const right = (list: number[]) => list.filter((each) => each === 0).length / list.length;
  // The deviation of both is 2; the mean would be right in a half and in a third of the others.
  expect(rms(errors[0]!)).toBeLessThan(1);
  expect(rms(errors[1]!)).toBeLessThan(1);
  expect(right(errors[2]!)).toBeGreaterThan(0.85);
  expect(right(errors[3]!)).toBeGreaterThan(0.75);
  expect(rms(errors[4]!)).toBeLessThan(10);
}, 60_000);

test('models that see labels fill gaps by the labels of the rows', async () => {
  const table = [column('x', 'continuous', { likelihood: 'gaussian', missing: 0.5 })];
  const count = 400;
  const noise = normals(count, 'labelled');
  const labels = Uint8Array.from(noise, (_, i) => i % 2);
  const x = Array.from(noise, (each, i) => [i % 4 < 2 ? (labels[i] ? 20 : -20) + each : gap]);
  const data = { ...rowsOf(table, x), labels };
  const vae = tableVAE(table, { objective: conditional({ classes: 2 }) });
  await vae.fit(data, { epochs: 60, batchSize: 50, optimizer: adam({ learningRate: 0.02 }) });
  const { single, draws } = await vae.impute(data, { draws: 3, samples: 20 });
  const { values } = await vae.score(data, { samples: 20 });
  await vae.release();
  for (const filled of [single, ...draws]) {
    (filled.data as Float32Array).forEach((value, i) => {
      expect(value * (labels[i] ? 1 : -1)).toBeGreaterThan(5);
    });
  }
  expect(values.every(Number.isFinite)).toBe(true);
});

test('data without gaps to fill is refused', async () => {
  const vae = smallVAE();
  await expect(vae.impute(corners(4))).rejects.toThrow(/rows of tables.*kind image/);
  await vae.release();
  const known = knownVAE();
  const data = rowsOf(columns, rows);
  await expect(known.impute(data, { draws: 1.5 })).rejects.toThrow(/draws must be a whole number/);
  await known.release();
});
