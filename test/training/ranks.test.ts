import { expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import {
  adam,
  batchNorm,
  betaTcVae,
  conv2d,
  dense,
  dropout,
  type FitOptions,
  flatten,
  fromArray,
  reshape,
  VAE,
} from '../../src/index.js';
import { sharedMemory, sharedRanks } from '../../src/runtime/ranks/shared.js';
import type { Checkpoint } from '../../src/training/index.js';

const size = [1, 8, 8] as const;

function examplesOf(count: number, seed: number) {
  const values = new Float32Array(count * 64);
  fillUniform(randomStream(seed, 'examples'), values);
  return fromArray(values, size);
}

const train = examplesOf(70, 1);
const validation = examplesOf(21, 2);

const model = {
  input: size,
  latent: 3,
  encoder: [conv2d(4, { stride: 2, padding: 'same' }), flatten(), dropout(0.2), dense(16)],
  decoder: [dense(64), reshape(size)],
  likelihood: 'bernoulli',
  seed: 5,
} as const;

/** Trains a model among so many ranks; one is a process alone. */
async function trained(count: number, options: FitOptions, given: object = {}) {
  const memory = sharedMemory(count);
  const runs = Array.from({ length: count }, async (_, rank) => {
    const vae = new VAE({ ...model, ...given });
    const losses: number[] = [];
    const history = await vae.fit(train, {
      epochs: 2,
      batchSize: 20,
      threads: 1,
      validation,
      stepsPerCall: 2,
      callbacks: [{ onProgress: ({ metrics }) => void losses.push(metrics.loss) }],
      ...options,
      ...(count > 1 ? { ranks: sharedRanks(rank, count, memory) } : {}),
    });
    const epochs = history.epochs.map(({ seconds: _, ...line }) => line);
    const parameters = Object.entries(vae.parameters()).map(([name, { data }]) => [name, data]);
    return { history, epochs, losses, parameters: Object.fromEntries(parameters) };
  });
  return Promise.all(runs);
}

type Trained = Awaited<ReturnType<typeof trained>>[number];

/** The largest difference of metrics, as a part of them. */
function difference({ epochs, losses }: Trained, other: Trained): number {
  const numbers = (each: Trained) => [...each.losses, ...each.epochs.flatMap(Object.values)];
  const [some, others] = [numbers({ epochs, losses } as Trained), numbers(other)];
  expect(some).toHaveLength(others.length);
  return Math.max(...some.map((x, i) => Math.abs(x - others[i]!) / Math.max(1, Math.abs(x))));
}

const options: readonly (readonly [string, FitOptions])[] = [
  ['plain', { optimizer: adam({ learningRate: 0.01 }) }],
  [
    'with clipping, accumulation, an average and random changes',
    {
      clipGradients: { norm: 0.1 },
      accumulate: 3,
      ema: 0.9,
      binarize: 'dynamic',
      augment: { shift: 1, flip: 'both' },
    },
  ],
];

test.each(options)('ranks have the losses of one process: %s', async (_, each) => {
  const [alone] = await trained(1, each);
  const [first, second, third] = await trained(3, each);
  expect(difference(first!, alone!)).toBeLessThan(1e-5);
  expect(second!.parameters).toEqual(first!.parameters);
  expect(third!.epochs).toEqual(first!.epochs);
  expect(second!.losses).toEqual([]);
});
