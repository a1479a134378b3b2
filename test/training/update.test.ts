import type { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { input } from '../../src/graph/index.js';
import { operationsOf } from '../../src/graph/order.js';
import {
  adam,
  adamW,
  type FitOptions,
  lion,
  type Posterior,
  rmsprop,
  schedules,
  sgd,
} from '../../src/index.js';
import { layer } from '../../src/nn/index.js';
import { traceUpdate } from '../../src/step/update.js';
import { relativeError } from '../fixtures.js';
import { corners, smallVAE } from '../vae/small.js';
import { layoutOf } from './programs.js';

type Parameters = Record<string, Tensor>;

const numbers = (tensor: Tensor) => [...(tensor.data as Float32Array)];
const flat = (tensors: Parameters) => Object.values(tensors).flatMap(numbers);

const bits = (tensors: Parameters) =>
  Buffer.from(Float32Array.from(flat(tensors)).buffer).toString('hex');

/** A small model that draws no noise. */
const noiseless = (seed = 1) =>
  smallVAE({ seed, sampling: layer<Posterior>('mean', ({ mean }) => mean) });

async function fitted(options: FitOptions, examples = 64, vae = noiseless()): Promise<Parameters> {
  await vae.fit(corners(examples), options);
  return vae.parameters();
}

describe('gradients are clipped', async () => {
  const vae = noiseless();
  const before = flat(vae.parameters());
  const { gradients } = await vae.valueAndGradients(corners(64).images, {});
  const gradient = Object.keys(vae.parameters()).flatMap((name) => numbers(gradients[name]!));
  const norm = Math.hypot(...gradient);
  const step = { epochs: 1, batchSize: 64, optimizer: sgd({ learningRate: 1 }) };
  const change = async (options: FitOptions) => {
    const after = flat(await fitted({ ...step, ...options }));
    return before.map((value, i) => value - after[i]!);
  };

  test.each([0.1, 0.9])('by norm: to %d of theirs', async (part) => {
    const clipped = await change({ clipGradients: { norm: part * norm } });
    expect(Math.hypot(...clipped) / (part * norm)).toBeCloseTo(1, 5);
    expect(
      relativeError(
        clipped,
        gradient.map((value) => part * value),
      ),
    ).toBeLessThan(1e-5);
  });

  test('by norm: short ones stay, bit for bit', async () => {
    expect(await change({ clipGradients: { norm: 1.1 * norm } })).toEqual(await change({}));
  });

  test.each([0.05, 0.2])('by value: to ±%d', async (value) => {
    const clipped = await change({ clipGradients: { value } });
    const expected = gradient.map((each) => Math.min(value, Math.max(-value, each)));
    expect(expected.filter((each) => Math.abs(each) === value).length).toBeGreaterThan(3);
    expect(relativeError(clipped, expected)).toBeLessThan(1e-5);
  });
});

describe('accumulated batches are one large batch', () => {
  const many = { batchSize: 8, accumulate: 4 };
  const one = { batchSize: 32 };

  // 110 examples leave 14 for the last change: batches of 8 and 6.
  test.each([96, 110, 100])('%d examples', async (examples) => {
    const options = {
      epochs: 3,
      optimizer: adam({ learningRate: schedules.cosine({ initial: 0.01, warmup: 1 }) }),
      clipGradients: { norm: 5 },
      ema: 0.9,
    };
    const [a, b] = [noiseless(), noiseless()];
    const [first, second] = [
      await a.fit(corners(examples), { ...options, ...many }),
      await b.fit(corners(examples), { ...options, ...one }),
    ];
    expect(relativeError(flat(a.parameters()), flat(b.parameters()))).toBeLessThan(1e-5);
    first.epochs.forEach(({ learning_rate, steps }, i) => {
      expect(learning_rate).toBe(second.epochs[i]!.learning_rate);
      expect(steps).toBe(Math.ceil(examples / 8));
    });
  });

  test('of one batch is plain training, bit for bit', async () => {
    const options = { epochs: 2, batchSize: 16, optimizer: adam() };
    expect(bits(await fitted({ ...options, accumulate: 1 }))).toBe(bits(await fitted(options)));
  });

  test('a whole epoch is one step', async () => {
    const options = { epochs: 2, optimizer: sgd({ learningRate: 0.01 }) };
    const [a, b] = [
      await fitted({ ...options, batchSize: 16, accumulate: 100 }),
      await fitted({ ...options, batchSize: 64 }),
    ];
    expect(relativeError(flat(a), flat(b))).toBeLessThan(1e-5);
  });
});

test('the average of parameters is as a loop computes it', async () => {
  const changes = 12;
  const options = { batchSize: 64, optimizer: adam({ learningRate: 0.02 }) };
  for (const ema of [0.3, 0.999]) {
    let average = flat(noiseless().parameters());
    for (let n = 1; n <= changes; n++) {
      const decay = Math.min(ema, (1 + n) / (10 + n));
      const next = flat(await fitted({ ...options, epochs: n }));
      average = average.map((value, i) => decay * value + (1 - decay) * next[i]!);
    }
    const found = flat(await fitted({ ...options, epochs: changes, ema }));
    expect(relativeError(found, average)).toBeLessThan(1e-6);
    expect(
      relativeError(found, flat(await fitted({ ...options, epochs: changes }))),
    ).toBeGreaterThan(1e-3);
  }
});

test('validation judges the average', async () => {
  const [vae, validation] = [smallVAE(), corners(40, 3)];
  const { epochs } = await vae.fit(corners(64), { epochs: 2, ema: 0.95, validation });
  expect((await vae.evaluate(validation)).loss).toBeCloseTo(epochs.at(-1)!.val_loss!, 5);
});

test('weight decay leaves biases alone when it is told to', async () => {
  const halves = smallVAE().parameters();
  for (const { data } of Object.values(halves)) (data as Float32Array).fill(0.5);
  const trained = (exclude: string[], weightDecay: number) => {
    const vae = smallVAE();
    vae.setParameters(halves);
    const optimizer = adamW({ weightDecay, exclude });
    return fitted({ epochs: 1, batchSize: 64, optimizer }, 64, vae);
  };
  const [none, all, weights] = [
    await trained([], 0),
    await trained([], 100),
    await trained(['bias'], 100),
  ];
  for (const name of Object.keys(none)) {
    const like = name.endsWith('bias') ? none : all;
    numbers(weights[name]!).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(like[name]!)[i]!, 6);
    });
    // 0.001 · 100 · 0.5
    expect(numbers(all[name]!)[0]! - numbers(none[name]!)[0]!).toBeCloseTo(-0.05, 5);
  }
});

test('settings that are off add nothing to the step', () => {
  const parameters = noiseless().parameters();
  const traced = (settings: object) => {
    const layout = layoutOf(parameters, { optimizer: sgd(), ...settings });
    const before = layout.parameterInputs();
    const gradients = before.map((values) =>
      values.map(({ shape }, g) => input(`gradients/${g}`, shape)),
    );
    const { carried, numbers } = traceUpdate(layout, before, gradients);
    const operations = operationsOf(carried.map(({ next }) => next));
    return [operations.length, carried.length, numbers.length];
  };
  // Parameters, gradients and the rate, their product, and the difference.
  expect(traced({})).toEqual([5, 1, 1]);
  expect(traced({ accumulate: 1, ema: undefined, clipGradients: undefined })).toEqual([5, 1, 1]);
  expect(traced({ ema: 0.9 })[1]).toBe(2);
});

describe('the same bits whatever the steps in a call and the threads', () => {
  const everything: FitOptions = {
    epochs: 3,
    batchSize: 8,
    clipGradients: { norm: 2 },
    accumulate: 3,
    ema: 0.9,
    validationSplit: 0.2,
    keepBest: 'val_loss',
    earlyStopping: { patience: 2 },
    binarize: 'dynamic',
    augment: { flip: 'both', shift: 1 },
  };
  test.each<[string, FitOptions]>([
    [
      'everything',
      { ...everything, optimizer: adamW({ learningRate: schedules.cosine({ initial: 0.01 }) }) },
    ],
    [
      'the other kinds of everything',
      {
        ...everything,
        binarize: 'static',
        clipGradients: { value: 0.1 },
        optimizer: lion({
          learningRate: schedules.onPlateau({ initial: 0.01, patience: 0, warmup: 1.5 }),
        }),
      },
    ],
    ['ema', { batchSize: 7, epochs: 2, optimizer: rmsprop({ momentum: 0.5 }), ema: 0.99 }],
    ['accumulate', { batchSize: 7, epochs: 2, augment: { shift: 2 }, accumulate: 2 }],
    ['binarize', { batchSize: 7, epochs: 2, binarize: 'dynamic' }],
  ])('%s', async (_, options) => {
    const results = new Set<string>();
    for (const stepsPerCall of [1, 3, 100]) {
      for (const threads of [1, 2]) {
        const vae = smallVAE();
        const { epochs } = await vae.fit(corners(100), { ...options, stepsPerCall, threads });
        const losses = epochs.map(({ val_loss, learning_rate }) => [val_loss, learning_rate]);
        results.add(`${JSON.stringify(losses)} ${bits(vae.parameters())}`);
      }
    }
    expect(results.size).toBe(1);
  });
});
