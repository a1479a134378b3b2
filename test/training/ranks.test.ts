import { expect, test } from 'vitest';
import { fillUniform, permutation, randomStream } from '../../src/base/random.js';
import { readRange } from '../../src/data/dataset.js';
import {
  adam,
  adversarialAutoencoder,
  autoencoder,
  batchNorm,
  betaTcVae,
  conv2d,
  dense,
  dipVae,
  dropout,
  type FitOptions,
  factorVae,
  flatten,
  freeBits,
  fromArray,
  hamiltonian,
  infoVae,
  reshape,
  residualVq,
  riemannianHamiltonian,
  schedules,
  VAE,
  vaeGan,
  vqVae,
  waeMmd,
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
async function trained(
  count: number,
  { data = train, ...options }: FitOptions & { data?: typeof train },
  given: object = {},
) {
  const memory = sharedMemory(count);
  const runs = Array.from({ length: count }, async (_, rank) => {
    const vae = new VAE({ ...model, ...given });
    const losses: number[] = [];
    const history = await vae.fit(data, {
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

test('ranks have the losses of one process: with several players and a weight that grows', async () => {
  const lambda = schedules.linear({ from: 0, to: 1, steps: 6 });
  const given = { objective: adversarialAutoencoder({ hidden: 8, layers: 1, lambda }) };
  const [alone] = await trained(1, {}, given);
  const [first] = await trained(2, {}, given);
  expect(difference(first!, alone!)).toBeLessThan(1e-5);
});

test('a batch may have fewer examples than there are ranks', async () => {
  const [alone] = await trained(1, { batchSize: 23 });
  const [first] = await trained(3, { batchSize: 23 });
  expect(difference(first!, alone!)).toBeLessThan(1e-5);
});

test('the same number of ranks gives the same bits', async () => {
  const [[first], [again]] = [await trained(2, {}), await trained(2, {})];
  expect(again!.parameters).toEqual(first!.parameters);
});

test('any number of ranks goes on from a checkpoint', async () => {
  const found: Checkpoint[] = [];
  const keep = { callbacks: [{ onCheckpoint: (each: Checkpoint) => void found.push(each) }] };
  await trained(2, { ...keep, epochs: 1 });
  expect(found).toHaveLength(1);
  const resume = { resume: found[0]!, epochs: 2 };
  const [whole] = await trained(1, {});
  for (const count of [1, 3]) {
    const [first] = await trained(count, resume);
    expect(first!.epochs.at(-1)!.val_loss).toBeCloseTo(whole!.epochs.at(-1)!.val_loss!, 4);
  }
});

test('one rank that is told to stop stops all', async () => {
  const stop = new AbortController();
  const memory = sharedMemory(2);
  const runs = [0, 1].map((rank) =>
    new VAE(model).fit(train, {
      epochs: 1000,
      batchSize: 20,
      validation,
      ranks: sharedRanks(rank, 2, memory),
      callbacks: [
        { onEpochEnd: ({ epoch }) => void (epoch === 3 && setTimeout(() => stop.abort())) },
      ],
      ...(rank === 1 ? { signal: stop.signal } : {}),
    }),
  );
  const [first, second] = await Promise.all(runs);
  expect(first!.stopped).toEqual({ reason: 'aborted' });
  expect(second!.stopped).toEqual(first!.stopped);
  expect(second!.epochs.length).toBe(first!.epochs.length);
});

test('all ranks meet a number that is not finite at the same step', async () => {
  const options = { optimizer: adam({ learningRate: 1e30 }) };
  const all = await Promise.allSettled(
    await (async () => {
      const memory = sharedMemory(2);
      return [0, 1].map((rank) =>
        new VAE(model).fit(train, {
          ...options,
          epochs: 3,
          batchSize: 20,
          ranks: sharedRanks(rank, 2, memory),
        }),
      );
    })(),
  );
  const found = all.map((each) => (each as PromiseRejectedResult).reason.found);
  expect(found[0]).toMatchObject({ step: expect.any(Number) });
  expect(found[1]).toEqual(found[0]);
});

/** Layers with batch normalization of 16 values an example, and no noise. */
const normalized = {
  encoder: [conv2d(4, { stride: 2, padding: 'same' }), batchNorm(), flatten(), dense(8)],
  objective: autoencoder(),
};

test('ranks whose parts of a batch are alike train batch normalization as one process does', async () => {
  const one = new Float32Array(64);
  fillUniform(randomStream(3, 'example'), one);
  const alike = fromArray(
    Float32Array.from({ length: 70 * 64 }, (_, i) => one[i % 64]!),
    size,
  );
  const each = { validation: undefined, data: alike, epochs: 3 };
  const [alone] = await trained(1, each, normalized);
  const [first, second] = await trained(2, each, normalized);
  expect(difference(first!, alone!)).toBeLessThan(1e-5);
  expect(first!.losses.at(-1)).toBeLessThan(first!.losses[0]!);
  expect(second!.parameters).toEqual(first!.parameters);
});

test('running statistics are means over the ranks', async () => {
  const notes: string[] = [];
  const given = { encoder: [batchNorm({ momentum: 1 }), flatten(), dense(8)] };
  const callbacks = [{ onNote: (line: string) => void notes.push(line) }];
  const [first, second] = await trained(2, { epochs: 1, batchSize: 70, callbacks }, given);
  const order = permutation(randomStream(model.seed, 'order', 1), 70);
  const values = (await readRange(train, 0, 70)).data as Float32Array;
  const parts = [order.subarray(0, 35), order.subarray(35)].map((part) => {
    const own = Array.from(part, (i) => [...values.subarray(64 * i, 64 * (i + 1))]).flat();
    const mean = own.reduce((sum, x) => sum + x, 0) / own.length;
    return { mean, variance: own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (own.length - 1) };
  });
  const meanOf = (name: 'mean' | 'variance') => (parts[0]![name] + parts[1]![name]) / 2;
  expect(first!.parameters['encoder.0.running_mean'][0]).toBeCloseTo(meanOf('mean'), 6);
  expect(first!.parameters['encoder.0.running_var'][0]).toBeCloseTo(meanOf('variance'), 6);
  expect(second!.parameters).toEqual(first!.parameters);
  expect(notes).toEqual([
    'Batch normalization (encoder.0): each of the 2 ranks takes the statistics of its own part of a batch, and running ones are the means of theirs, so that losses are not those of one process.',
  ]);
});

test('a rank needs as many examples as its layers do', async () => {
  const given = { encoder: [flatten(), dense(8), batchNorm()] };
  await expect(trained(3, { batchSize: 5 }, given)).rejects.toThrow(
    'encoder.2 (batchNorm) needs at least 2 examples in each training batch of each rank, but batchSize is 5, for 3 ranks. Use another batchSize.',
  );
});

test.each([
  // Codes are replaced in each step: few of them are near to the mean use.
  ['vqVae', vqVae({ codes: 8, decay: 0.5, revive: 0.7 })],
  ['residualVq', residualVq({ codes: 8, depth: 2, decay: 0.5, revive: 0.7 })],
])('ranks have the losses and codes of one process: %s', async (_, objective) => {
  const given = {
    objective,
    encoder: [conv2d(3, { stride: 2, padding: 'same' })],
    decoder: [flatten(), dense(64), reshape(size)],
  };
  const [alone] = await trained(1, {}, given);
  for (const count of [2, 3]) {
    const [first, second] = await trained(count, {}, given);
    expect(difference(first!, alone!)).toBeLessThan(1e-5);
    expect(second!.parameters).toEqual(first!.parameters);
    const codes = first!.parameters['quantizer.codebook'] as Float32Array;
    codes.forEach((found, i) => {
      expect(found).toBeCloseTo(alone!.parameters['quantizer.codebook'][i], 4);
    });
  }
});

// Objectives that docs/many-machines.md names.
test.each([
  ['betaTcVae', betaTcVae()],
  ['dipVae', dipVae()],
  ['factorVae', factorVae()],
  ['freeBits', freeBits()],
  ['hamiltonian', hamiltonian()],
  ['infoVae', infoVae()],
  ['riemannianHamiltonian', riemannianHamiltonian()],
  ['vaeGan', vaeGan()],
  ['waeMmd', waeMmd()],
])('an objective that compares examples is refused in one line: %s', async (_, objective) => {
  await expect(trained(2, {}, { objective })).rejects.toThrow(
    /^Ranks share out the examples of each batch, but the objective looks at several of them at once\. Train with one process, or with layers and an objective that see each example by itself\.$/,
  );
});

test('ranks with other settings are told so', async () => {
  const memory = sharedMemory(2);
  const all = [0, 1].map((rank) =>
    new VAE({ ...model, seed: rank }).fit(train, {
      epochs: 1,
      batchSize: 20,
      ranks: sharedRanks(rank, 2, memory),
    }),
  );
  for (const each of await Promise.allSettled(all)) {
    expect(each).toMatchObject({
      reason: { message: expect.stringMatching(/^Rank 1 has other settings, data or parameters/) },
    });
  }
});
