import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { adam, dense, graph, layer, reshape, sgd, VAE, vqVae } from '../../../src/index.js';
import { corners, smallShape, smallVAE } from '../small.js';
import { blocks, codebookOf, nearest, values, vectorsOf } from './blocks.js';

const still = sgd({ learningRate: 0 });
function spatial(options: Parameters<typeof vqVae>[0] = {}): VAE {
  return new VAE({
    input: smallShape,
    latent: 3,
    encoder: [blocks],
    decoder: [dense(16), reshape(smallShape)],
    objective: vqVae({ codes: 6, revive: 0, ...options }),
    seed: 2,
  });
}

describe('encode and decode', () => {
  const { images } = corners(5, 4);

  test('each position has the code nearest to it', async () => {
    const model = spatial();
    const { mean, codes, logVariance } = await model.encode(images);
    expect(codes!.type).toBe('int64');
    expect(codes!.dims).toEqual([5, 2, 2]);
    expect(mean.dims).toEqual([5, 3, 2, 2]);
    expect(values(logVariance).every((value) => value === -Infinity)).toBe(true);
    const codebook = codebookOf(model);
    const expected = vectorsOf(images).map((vector) => nearest(vector, codebook));
    expect(Array.from(codes!.data as BigInt64Array, Number)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(1);
    expected.forEach((code, i) => {
      for (let d = 0; d < 3; d++) {
        const place = Math.floor(i / 4) * 12 + d * 4 + (i % 4);
        expect(values(mean)[place]).toBe(codebook[code]![d]);
      }
    });
    const decoded = await model.decode(mean);
    expect(values(decoded)).toEqual(values(await model.reconstruct(images)));
  });

  test('samples are made of codes by their share', async () => {
    const model = spatial();
    const count = new Tensor('float32', new Float32Array([0, 3, 0, 1, 0, 0]), [6]);
    model.setParameters({ 'quantizer.count': count });
    const rare = model.parameters()['decoder.0.weight']!;
    // The decoder shows the first channel of each position in its first four pixels.
    const identity = new Float32Array(rare.size);
    for (let i = 0; i < 4; i++) identity[i * 12 + i] = 1;
    model.setParameters({ 'decoder.0.weight': new Tensor('float32', identity, rare.dims) });
    const n = 2000;
    const shown = values(await model.sample(n, { seed: 1 }));
    const codebook = codebookOf(model);
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const [one, three] = [sigmoid(codebook[1]![0]!), sigmoid(codebook[3]![0]!)];
    let ones = 0;
    for (let i = 0; i < n * 4; i++) {
      const pixel = shown[Math.floor(i / 4) * 16 + (i % 4)]!;
      if (Math.abs(pixel - one) < 1e-5) ones++;
      else expect(pixel).toBeCloseTo(three, 5);
    }
    expect(ones / (n * 4)).toBeCloseTo(0.75, 1.5);
  });

  test('an encoder with other channels is refused', () => {
    expect(() => smallVAE({ objective: vqVae(), latent: 3 })).toThrow(
      "The encoder's output is [batch, 8], but vector quantization needs [batch, 3, ...positions], as many channels as latents. End the encoder with a layer that gives 3 channels.",
    );
  });
});

describe('the codebook', () => {
  const data = corners(24, 6);

  test('moves as a reference loop moves it', async () => {
    const decay = 0.7;
    const model = spatial({ decay });
    const codebook = codebookOf(model);
    const count = codebook.map(() => 1);
    const moments = codebook.map((code) => [...code]);
    const vectors = vectorsOf(data.images);
    for (let step = 0; step < 5; step++) {
      const chosen = vectors.map((vector) => nearest(vector, codebook));
      codebook.forEach((code, c) => {
        const own = vectors.filter((_, i) => chosen[i] === c);
        count[c] = decay * count[c]! + (1 - decay) * own.length;
        moments[c]!.forEach((moment, d) => {
          const sum = own.reduce((total, vector) => total + vector[d]!, 0);
          moments[c]![d] = decay * moment + (1 - decay) * sum;
          code[d] = moments[c]![d]! / count[c]!;
        });
      });
    }
    await model.fit(data, { epochs: 5, batchSize: 24, optimizer: still });
    const trained = model.parameters();
    Array.from(values(trained['quantizer.count'])).forEach((value, c) => {
      expect(Math.abs(value / count[c]! - 1)).toBeLessThan(1e-4);
    });
    codebookOf(model).forEach((code, c) => {
      code.forEach((value, d) => {
        expect(value).toBeCloseTo(codebook[c]![d]!, 4);
      });
    });
  });

  test('is not changed by evaluation', async () => {
    const model = spatial();
    const before = codebookOf(model);
    await model.evaluate(data);
    await model.encode(data.images);
    expect(codebookOf(model)).toEqual(before);
  });

  /** A codebook of which only code 1 is near the data. */
  const lonely = (options: Parameters<typeof vqVae>[0]) => {
    const model = spatial({ decay: 0.5, ...options });
    const far = new Float32Array(18).fill(50);
    far.set([0.5, 0.5, 0.5], 3);
    model.setParameters({ 'quantizer.codebook': new Tensor('float32', far, [6, 3]) });
    return model;
  };

  test('replaces dead codes by vectors of the batch', async () => {
    const model = lonely({ revive: 0.2 });
    expect((await model.health(data)).unusedCodes).toEqual([0, 2, 3, 4, 5]);
    await model.fit(data, { epochs: 1, batchSize: 24, optimizer: still });
    const vectors = vectorsOf(data.images);
    const [, used, ...others] = codebookOf(model);
    const isVector = (code: readonly number[]) =>
      vectors.some((vector) => vector.every((value, d) => Math.abs(value - code[d]!) < 1e-6));
    for (const code of [codebookOf(model)[0]!, ...others]) expect(isVector(code)).toBe(true);
    expect(isVector(used!)).toBe(false);
    expect(new Set(others.map((code) => code.join())).size).toBeGreaterThan(1);
    // One step: 96 vectors had code 1, the others none.
    const counts = [0.5, 48.5, 0.5, 0.5, 0.5, 0.5];
    const mean = counts.reduce((a, b) => a + b, 0) / 6;
    Array.from(values(model.parameters()['quantizer.count'])).forEach((count, c) => {
      expect(count).toBeCloseTo(c === 1 ? 48.5 : mean, 4);
    });
    expect((await model.health(data)).unusedCodes!.length).toBeLessThan(5);
  });

  test('keeps dead codes where revive is 0', async () => {
    const model = lonely({ revive: 0 });
    await model.fit(data, { epochs: 1, batchSize: 8, optimizer: still });
    expect(codebookOf(model)[0]).toEqual([50, 50, 50]);
  });

  test('is the same whatever the steps in a call', async () => {
    const results: number[][][] = [];
    for (const stepsPerCall of [1, 2, 7]) {
      const model = lonely({ revive: 0.3 });
      await model.fit(data, { epochs: 3, batchSize: 8, optimizer: still, stepsPerCall });
      results.push(codebookOf(model));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

test('a position passes the gradient of its code straight to the features', async () => {
  // The features are a parameter, so that its gradient is theirs.
  const free = layer('free', (x, scope) => {
    const shift = scope.parameter('shift', [3, 2, 2], 'zeros');
    return graph.add(graph.mul(blocks.apply(x, scope), 0), shift);
  });
  const model = new VAE({
    input: smallShape,
    latent: 3,
    encoder: [free],
    decoder: [dense(16), reshape(smallShape)],
    objective: vqVae({ codes: 6, beta: 0 }),
  });
  const shift = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * 2));
  model.setParameters({ 'encoder.0.shift': new Tensor('float32', shift, [3, 2, 2]) });
  const image = new Tensor('float32', new Float32Array(16).fill(0.3), [1, 1, 4, 4]);
  const { gradients } = await model.valueAndGradients(image, {});
  const { mean } = await model.encode(image);
  const logits = (z: Float32Array, weight: Float32Array) =>
    Array.from({ length: 16 }, (_, o) =>
      z.reduce((sum, value, i) => sum + value * weight[o * 12 + i]!, 0),
    );
  const weight = values(model.parameters()['decoder.0.weight']);
  const out = logits(values(mean), weight);
  values(gradients['encoder.0.shift']).forEach((gradient, i) => {
    const expected = out.reduce(
      (sum, logit, o) => sum + (1 / (1 + Math.exp(-logit)) - 0.3) * weight[o * 12 + i]!,
      0,
    );
    expect(gradient).toBeCloseTo(expected, 5);
  });
});

test('learns, and uses its codes', async () => {
  const model = smallVAE({
    encoder: [dense(8, { activation: 'tanh' }), dense(2)],
    objective: vqVae({ codes: 8, decay: 0.9, revive: 0.05 }),
  });
  const data = corners(256);
  const before = await model.evaluate(data);
  const { epochs } = await model.fit(data, {
    epochs: 40,
    optimizer: adam({ learningRate: 0.01 }),
  });
  expect(Object.keys(epochs[0]!).slice(1, 5)).toEqual([
    'loss',
    'reconstruction',
    'commitment',
    'perplexity',
  ]);
  const after = await model.evaluate(data);
  expect(after.reconstruction).toBeLessThan(before.reconstruction! - 3);
  expect(after.perplexity).toBeGreaterThan(3);
});
