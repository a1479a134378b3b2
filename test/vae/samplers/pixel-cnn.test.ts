import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../../src/base/random.js';
import { conv2d, convTranspose2d, samplers, Tensor, VAE, vqVae } from '../../../src/index.js';
import { CompiledFunction } from '../../../src/step/index.js';
import type { Tensors } from '../../../src/vae/samplers/index.js';
import { type Grid, negativeLogLikelihood } from '../../../src/vae/samplers/pixel-cnn/network.js';
import { corners, smallShape, smallVAE } from '../small.js';
import { fitSources } from './sources.js';

const options = {
  ...{ channels: 6, blocks: 1, kernel: 3, epochs: 24, patience: 8, learningRate: 0.01 },
  batchSize: 64,
};
const sampler = samplers.pixelCnn(options);

/** Codebooks whose codes are the numbers from 0 on, of each depth times 10 as much. */
function books(depth: number, codes: number): Tensors {
  const vectors = Float32Array.from(
    { length: depth * codes },
    (_, i) => (i % codes) * 10 ** Math.floor(i / codes),
  );
  const dims = depth === 1 ? [codes] : [depth, codes];
  return {
    'quantizer.codebook': new Tensor('float32', vectors, [depth * codes, 1]),
    'quantizer.count': new Tensor('float32', new Float32Array(depth * codes).fill(1), dims),
  };
}

/** Every example that a grid can hold, row after row. */
function all({ depth, height, width, codes }: Grid): Float32Array {
  const size = depth * height * width;
  return Float32Array.from(
    { length: size * codes ** size },
    (_, i) => Math.floor(Math.floor(i / size) / codes ** (i % size)) % codes,
  );
}

/** p of each example under a fitted network. */
async function probabilities(grid: Grid, fitted: Tensors): Promise<number[]> {
  const shape = [grid.depth, grid.height, grid.width];
  const compiled = await CompiledFunction.compile({ x: { shape } }, ({ x }, scope) => ({
    nats: negativeLogLikelihood(x!, grid, options, scope),
  }));
  const examples = all(grid);
  const count = examples.length / (shape[0]! * shape[1]! * shape[2]!);
  const { nats } = await compiled.run(fitted, {
    x: new Tensor('float32', examples, [count, ...shape]),
  });
  await compiled.release();
  return Array.from(nats!.data as Float32Array, (each) => Math.exp(-each));
}

/** Examples of which each code is that before it, or with a chance of one in five another. */
function chains(count: number, { depth, height, width, codes }: Grid): Tensor {
  const size = depth * height * width;
  const positions = height * width;
  const uniform = new Float32Array(count * size);
  fillUniform(randomStream(8, 'chains'), uniform);
  const chosen = new BigInt64Array(count * size);
  for (let row = 0; row < count; row++) {
    let code = 0;
    for (let step = 0; step < size; step++) {
      const u = uniform[row * size + step]!;
      if (step === 0) code = Math.floor(u * codes);
      else if (u < 0.2) code = (code + 1) % codes;
      chosen[row * size + (step % depth) * positions + Math.floor(step / depth)] = BigInt(code);
    }
  }
  return new Tensor('int64', chosen, [count, ...(depth === 1 ? [] : [depth]), height, width]);
}

describe.each([
  { depth: 1, height: 2, width: 2, codes: 3 },
  { depth: 2, height: 1, width: 2, codes: 3 },
])('codes $depth deep of $height × $width positions', (grid) => {
  test("have a density that sums to 1, near the data's, and are drawn by it", async () => {
    const { depth, height, width, codes } = grid;
    const latentShape = [1, height, width];
    const parameters = books(depth, codes);
    const none = new Tensor('float32', [], [0]);
    const fitted = await sampler.fit!(none, {
      ...{ ...fitSources(), parameters, latentShape },
      codes: chains(1000, grid),
    });
    const found = await probabilities(grid, fitted);
    expect(found.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    const size = depth * height * width;
    const entropy = Math.log(codes) - (size - 1) * (0.2 * Math.log(0.2) + 0.8 * Math.log(0.8));
    const [nats, alone] = fitted.heldOut!.data as Float32Array;
    expect(Math.abs(nats! - entropy)).toBeLessThan(0.35);
    expect(Math.abs(alone! - size * Math.log(codes))).toBeLessThan(0.1);
    expect(sampler.describe!(fitted)).toMatch(
      /^held-out codes take \d\.\d nats an example, 4\.4 by/,
    );

    const count = 3000;
    const drawn = await sampler.draw([count, ...latentShape], {
      ...{ parameters, fitted, stream: randomStream(2, 'draw') },
    });
    const positions = height * width;
    const shares = new Float64Array(found.length);
    for (let row = 0; row < count; row++) {
      let place = 0;
      for (let i = 0; i < size; i++) {
        const value = drawn[row * positions + (i % positions)]!;
        const code = Math.floor(value / 10 ** Math.floor(i / positions)) % 10;
        place += code * codes ** i;
      }
      shares[place]! += 1 / count;
    }
    const distance = found.reduce((sum, p, i) => sum + Math.abs(p - shares[i]!), 0) / 2;
    // Half the sum of errors expected of so many draws, and as much again.
    const expected = found.reduce(
      (sum, p) => sum + Math.sqrt((2 * p * (1 - p)) / Math.PI / count),
      0,
    );
    expect(distance).toBeLessThan(expected);
  });
});

test('a run keeps it, and draws the same', async () => {
  const vae = new VAE({
    input: smallShape,
    latent: 2,
    encoder: [conv2d(2, { kernel: 2, stride: 2 })],
    decoder: [convTranspose2d(1, { kernel: 2, stride: 2 })],
    objective: vqVae({ codes: 4 }),
    seed: 3,
  });
  const data = corners(64);
  const brief = samplers.pixelCnn({ ...options, epochs: 2 });
  await vae.fitSampler(brief, data);
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-pixel-cnn-'));
  try {
    await vae.save(join(folder, 'run'));
    const loaded = await VAE.load(join(folder, 'run'));
    expect((await loaded.sample(5, { seed: 9 })).data).toEqual(
      (await vae.sample(5, { seed: 9 })).data,
    );
    await loaded.release();
  } finally {
    await rm(folder, { recursive: true });
  }
  await vae.release();
});

test('a model without codes is refused', async () => {
  const vae = smallVAE({});
  await expect(vae.fitSampler(sampler, corners(64))).rejects.toThrow(
    'This sampler draws codes, and the model has no codebook. Choose another one, such as gaussian.',
  );
  await vae.release();
});
