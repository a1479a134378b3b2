import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../src/base/random.js';
import { elementCount } from '../../src/base/shape.js';
import { optimizeLoop, rewriteLoop } from '../../src/graph/compile.js';
import { type LoopProgram, toLoopModel } from '../../src/graph/index.js';
import { operationsOf } from '../../src/graph/order.js';
import { convolutionRules } from '../../src/graph/rewrite/convolution/index.js';
import { rewrite } from '../../src/graph/rewrite/rewrite.js';
import {
  betaVae,
  conv2d,
  convTranspose2d,
  dense,
  type LikelihoodOptions,
  layerNorm,
  reshape,
  VAE,
  type VAEOptions,
} from '../../src/index.js';
import { createSession } from '../../src/runtime/node.js';
import { relativeError } from '../fixtures.js';
import { feedsOf, programOf } from './programs.js';

const steps = 2;
const batch = 5;
/** Has room for two examples of some random models, for not one of others. */
const cacheBytes = 128;

/** Parameters changed at random as much as the last bits of numbers near 1. */
function jittered(feeds: Record<string, Tensor>, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (!name.startsWith('parameters')) return [name, tensor];
      const values = Float32Array.from(tensor.data as Float32Array);
      const noise = new Float32Array(values.length);
      fillNormal(randomStream(seed, `jitter/${name}`), noise);
      for (let i = 0; i < values.length; i++) values[i]! += 2 ** -24 * noise[i]!;
      return [name, new Tensor('float32', values, tensor.dims)];
    }),
  );
}

/** Outputs of a program for each of the feeds. */
async function run(
  program: LoopProgram,
  feeds: readonly Record<string, Tensor>[],
): Promise<Record<string, number[]>[]> {
  const session = await createSession(toLoopModel(program), { threads: 1 });
  try {
    const all: Record<string, number[]>[] = [];
    for (const each of feeds) {
      const results = Object.entries(await session.run(each));
      all.push(
        Object.fromEntries(
          results.map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
        ),
      );
    }
    return all;
  } finally {
    await session.release();
  }
}

/**
 * Errors of losses and gradients against the plain program: of the rewritten program, and of one that takes
 * the batch part by part. Beside them the change that rounding makes in the plain program, by a slight change
 * of the parameters: some losses, such as the continuous Bernoulli's near 1/2, are small differences of large
 * numbers.
 */
async function distances(vae: VAE, dtype: 'uint8' | 'float32', seed: number) {
  // Convolutions as products, nothing else: ONNX has no operator for a weight's derivative.
  const plain = rewriteLoop(programOf(vae, dtype), (values) => rewrite(values, convolutionRules()));
  const feeds = feedsOf(plain, seed, steps, batch);
  const changes = Array.from({ length: 4 }, (_, i) => jittered(feeds, seed + i));
  const [expected, ...moved] = await run(plain, [feeds, ...changes]);
  const [whole] = await run(optimizeLoop(programOf(vae, dtype)), [feeds]);
  const cut = programOf(vae, dtype, { batchSize: batch, cacheBytes });
  expect(cut.microbatches?.size).toBeLessThan(batch);
  const [inParts] = await run(optimizeLoop(cut), [feeds]);
  return Object.entries(expected!).map(([name, values]) => ({
    name,
    error: relativeError(whole![name]!, values),
    inParts: relativeError(inParts![name]!, values),
    rounding: Math.max(...moved.map((each) => relativeError(each[name]!, values))),
  }));
}

const activation = fc.constantFrom('linear', 'relu', 'tanh', 'sigmoid', 'softplus', 'silu', 'elu');
const units = fc.constantFrom(1, 2, 3, 4, 5, 16, 70, 300);
const hidden = fc.record({
  units,
  activation,
  bias: fc.boolean(),
  normalized: fc.boolean(),
});

const models = fc.record({
  encoder: fc.array(hidden, { maxLength: 2 }),
  decoder: fc.array(hidden, { maxLength: 2 }),
  latent: fc.integer({ min: 1, max: 5 }),
  last: fc.boolean(),
  shape: fc.constantFrom([1, 4, 4], [3, 3, 2], [1, 16, 24]),
  likelihood: fc.constantFrom<LikelihoodOptions>(
    'bernoulli',
    'continuousBernoulli',
    'laplace',
    'mse',
    { type: 'gaussian', variance: 'shared' },
  ),
  objective: fc.constantFrom<Partial<VAEOptions>>(
    { kl: { weight: 0.5, reduction: 'mean' } },
    { objective: betaVae({ beta: 3 }) },
  ),
  dtype: fc.constantFrom<'uint8' | 'float32'>('uint8', 'float32'),
  seed: fc.integer({ min: 0, max: 1000 }),
});

function build(model: typeof models extends fc.Arbitrary<infer Model> ? Model : never): VAE {
  const layers = (specs: typeof model.encoder) =>
    specs.flatMap(({ normalized, units: width, ...options }) => [
      dense(width, options),
      ...(normalized && width > 2 ? [layerNorm()] : []),
    ]);
  const size = elementCount(model.shape);
  return new VAE({
    input: model.shape,
    latent: model.latent,
    encoder: layers(model.encoder),
    decoder: [...layers(model.decoder), dense(size, { bias: model.last }), reshape(model.shape)],
    likelihood: model.likelihood,
    ...model.objective,
    seed: model.seed,
  });
}

describe('rewriting', () => {
  test('keeps losses and gradients of random models', async () => {
    await fc.assert(
      fc.asyncProperty(models, async (model) => {
        for (const each of await distances(build(model), model.dtype, model.seed)) {
          const most = Math.max(1e-6, 8 * each.rounding);
          expect(each.error, each.name).toBeLessThan(most);
          expect(each.inParts, `${each.name} part by part`).toBeLessThan(most);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  const convolutional = fc.record({
    activation: fc.constantFrom('relu', 'leakyRelu', 'elu', 'tanh', 'sigmoid'),
    filters: fc.constantFrom(1, 2, 9),
    stride: fc.constantFrom(1, 2, 3),
    size: fc.constantFrom(6, 7),
    dtype: fc.constantFrom<'uint8' | 'float32'>('uint8', 'float32'),
    seed: fc.integer({ min: 0, max: 1000 }),
  });

  test('keeps losses and gradients of random convolutions', async () => {
    await fc.assert(
      fc.asyncProperty(
        convolutional,
        async ({ activation, filters, stride, size, dtype, seed }) => {
          const window = { kernel: 3, stride, padding: 'same', activation } as const;
          const small = Math.ceil(size / stride);
          const vae = new VAE({
            input: [1, size, size],
            latent: 2,
            encoder: [conv2d(filters, window), conv2d(2 * filters, window)],
            decoder: [
              dense(filters * small * small, { activation }),
              reshape([filters, small, small]),
              convTranspose2d(2 * filters, window),
              conv2d(1, { kernel: 1 + small * stride - size, padding: 'valid' }),
            ],
            seed,
          });
          for (const each of await distances(vae, dtype, seed)) {
            const most = Math.max(1e-6, 8 * each.rounding);
            expect(each.error, each.name).toBeLessThan(most);
            expect(each.inParts, `${each.name} part by part`).toBeLessThan(most);
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  test('leaves fewer and larger operations', () => {
    const vae = new VAE({
      input: [1, 28, 28],
      latent: 2,
      encoder: [dense(2, { activation: 'relu' })],
      decoder: [dense(784), reshape([1, 28, 28])],
    });
    const count = ({ carried, outputs }: LoopProgram, ...types: string[]) =>
      operationsOf([...carried.map(({ next }) => next), ...Object.values(outputs)]).filter(
        ({ type }) => types.includes(type),
      ).length;
    const plain = programOf(vae, 'uint8');
    const small = optimizeLoop(plain);
    // Four layers forward, the weights' gradients of two and of both heads at once, and the inputs'.
    expect(count(small, 'Gemm')).toBe(4 + 3 + 2);
    expect(count(plain, 'Gemm')).toBe(4 + 4 + 3);
  });
});
