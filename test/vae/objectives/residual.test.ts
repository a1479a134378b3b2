import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { adam, dense, reshape, residualVq, sgd, VAE } from '../../../src/index.js';
import { corners, smallShape, smallVAE } from '../small.js';
import { blocks, codebookOf, nearest, values, vectorsOf } from './blocks.js';

const [depth, codes] = [3, 4];

function spatial(options: Parameters<typeof residualVq>[0] = {}): VAE {
  return new VAE({
    input: smallShape,
    latent: 3,
    encoder: [blocks],
    decoder: [dense(16), reshape(smallShape)],
    objective: residualVq({ depth, codes, revive: 0, ...options }),
    seed: 2,
  });
}

/** The codes of a vector at each depth, by loops, and the rests that they leave. */
function codesOf(vector: readonly number[], books: readonly (readonly number[][])[]) {
  let rest = [...vector];
  const rests: number[][] = [];
  const chosen = books.map((book) => {
    rests.push(rest);
    const code = nearest(rest, book);
    rest = rest.map((value, d) => value - book[code]![d]!);
    return code;
  });
  return { chosen, rests, rest };
}

const booksOf = (all: number[][], shared: boolean) =>
  Array.from({ length: depth }, (_, d) => (shared ? all : all.slice(d * codes, (d + 1) * codes)));

describe.each([false, true])('where sharing a codebook is %s', (shared) => {
  const data = corners(24, 6);
  const vectors = vectorsOf(data.images);

  test('each depth has the code nearest to the rest that the depths before it leave', async () => {
    const model = spatial({ shared });
    const { mean, codes: found } = await model.encode(data.images);
    expect(found!.dims).toEqual([24, depth, 2, 2]);
    const books = booksOf(codebookOf(model), shared);
    vectors.forEach((vector, i) => {
      const { chosen, rest } = codesOf(vector, books);
      const [image, place] = [Math.floor(i / 4), i % 4];
      chosen.forEach((code, d) => {
        expect(Number(found!.data[(image * depth + d) * 4 + place])).toBe(code);
      });
      vector.forEach((value, c) => {
        expect(values(mean)[image * 12 + c * 4 + place]).toBeCloseTo(value - rest[c]!, 5);
      });
    });
    const health = await model.health(data);
    expect(health.codes).toBe((shared ? 1 : depth) * codes);
    const used = new Set(
      vectors.flatMap((vector) =>
        codesOf(vector, books).chosen.map((code, d) => code + (shared ? 0 : d * codes)),
      ),
    );
    expect(health.unusedCodes!.length).toBe(health.codes! - used.size);
    await model.release();
  });

  test('codebooks move as a reference loop moves them', async () => {
    const decay = 0.7;
    const model = spatial({ shared, decay });
    const all = codebookOf(model);
    const counts = Array.from({ length: depth }, () => new Array<number>(codes).fill(1));
    for (let step = 0; step < 4; step++) {
      const found = vectors.map((vector) => codesOf(vector, booksOf(all, shared)));
      const next = all.map((code, row) => {
        const uses = shared
          ? counts.map((_, d) => d)
          : counts.map((_, d) => d).filter((d) => d === Math.floor(row / codes));
        const c = row % codes;
        const before = uses.reduce((sum, d) => sum + counts[d]![c]!, 0);
        const own = uses.flatMap((d) =>
          found.filter(({ chosen }) => chosen[d] === c).map(({ rests }) => rests[d]!),
        );
        const count = decay * before + (1 - decay) * own.length;
        return code.map((value, k) => {
          const sum = own.reduce((total, vector) => total + vector[k]!, 0);
          return (decay * value * before + (1 - decay) * sum) / count;
        });
      });
      counts.forEach((row, d) => {
        row.forEach((count, c) => {
          const used = found.filter(({ chosen }) => chosen[d] === c).length;
          row[c] = decay * count + (1 - decay) * used;
        });
      });
      all.splice(0, all.length, ...next);
    }
    await model.fit(data, { epochs: 4, batchSize: 24, optimizer: sgd({ learningRate: 0 }) });
    codebookOf(model)
      .flat()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(all.flat()[i]!, 4);
      });
    const trained = values(model.parameters()['quantizer.count']);
    counts.flat().forEach((count, i) => {
      expect(Math.abs(trained[i]! / count - 1)).toBeLessThan(1e-4);
    });
    await model.release();
  });

  test('samples are sums of one code a depth, by their share', async () => {
    const model = spatial({ shared });
    const counts = new Float32Array(depth * codes);
    // Uses one code alone at each depth.
    [2, 0, 3].forEach((code, d) => {
      counts[d * codes + code] = 5;
    });
    model.setParameters({ 'quantizer.count': new Tensor('float32', counts, [depth, codes]) });
    const books = booksOf(codebookOf(model), shared);
    const vector = [0, 1, 2].map((k) => books[0]![2]![k]! + books[1]![0]![k]! + books[2]![3]![k]!);
    const z = Float32Array.from({ length: 12 }, (_, i) => vector[Math.floor(i / 4)]!);
    const expected = await model.decode(new Tensor('float32', z, [1, 3, 2, 2]));
    const drawn = values(await model.sample(2, { seed: 4 }));
    values(expected).forEach((value, i) => {
      expect(drawn[i]).toBeCloseTo(value, 5);
      expect(drawn[16 + i]).toBeCloseTo(value, 5);
    });
    await model.release();
  });
});

test('dropout leaves examples their first codes alone, and counts only those', async () => {
  const model = spatial({ dropout: 1, decay: 0 });
  const n = 3000;
  const data = corners(n, 6);
  await model.fit(data, { epochs: 1, batchSize: n, optimizer: sgd({ learningRate: 0 }) });
  const counts = values(model.parameters()['quantizer.count']);
  const kept = Array.from({ length: depth }, (_, d) => {
    const own = counts.subarray(d * codes, (d + 1) * codes);
    return own.reduce((sum, count) => sum + count, 0) / (4 * n);
  });
  // All have the first code, two in three the second, one in three the third: within 4 standard deviations.
  expect(kept[0]).toBeCloseTo(1, 5);
  expect(Math.abs(kept[1]! - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / n));
  expect(Math.abs(kept[2]! - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / n));
  await model.release();
});

test('more depths tell more of an example', async () => {
  const losses: number[] = [];
  for (const levels of [1, 4]) {
    const model = smallVAE({
      encoder: [dense(8, { activation: 'tanh' }), dense(2)],
      objective: residualVq({ depth: levels, codes: 3, decay: 0.9, revive: 0.05 }),
    });
    const data = corners(256);
    await model.fit(data, { epochs: 30, optimizer: adam({ learningRate: 0.01 }) });
    losses.push((await model.evaluate(data)).reconstruction!);
    await model.release();
  }
  expect(losses[1]).toBeLessThan(losses[0]! - 0.5);
});
