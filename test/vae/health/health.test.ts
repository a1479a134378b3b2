import { describe, expect, test } from 'vitest';
import { subset } from '../../../src/data/changes/split.js';
import type { Dataset } from '../../../src/data/dataset.js';
import {
  adam,
  dense,
  describeHealth,
  type EpochMetrics,
  type FitOptions,
  fromArray,
  reshape,
  sgd,
  Tensor,
  type VAEOptions,
  vae,
} from '../../../src/index.js';
import { lossTrend } from '../../../src/vae/health/loss-trend.js';
import { corners, smallShape, smallVAE } from '../small.js';

const data = corners(320);
const usual = { optimizer: adam({ learningRate: 0.01 }) };

/** Notes at the end of a training of 12 epochs. */
async function advice(options: Partial<VAEOptions>, fit: FitOptions, given = data) {
  const model = smallVAE(options);
  const { epochs } = await model.fit(given, { epochs: 12, batchSize: 16, ...fit });
  const health = await model.health(given, { history: epochs });
  await model.release();
  return describeHealth(health);
}

/** The same data as float values. */
const scaled = (scale: number) => {
  const values = Float32Array.from(data.images.data as Uint8Array, (value) => value * scale);
  return fromArray(values, smallShape);
};

/** Metrics of epochs with these losses. */
const linesOf = (...losses: number[]): EpochMetrics[] =>
  losses.map((loss, i) => {
    return { epoch: i + 1, loss, reconstruction: loss, seconds: 1, steps: 1 };
  });

const hidden = (initializer: 'zeros' | { constant: number }) =>
  dense(8, { activation: 'tanh', initializer });

describe('a sound training gets no advice', () => {
  test.each<[string, Partial<VAEOptions>, FitOptions]>([
    ['Adam', {}, usual],
    ['another seed', { seed: 2 }, usual],
    ['SGD', {}, { optimizer: sgd({ learningRate: 0.1 }) }],
    ['none at all', {}, { epochs: 0 }],
    ['an output that may be at its bounds', { likelihood: 'mse', kl: { weight: 0.01 } }, usual],
  ])('%s', async (_, options, fit) => {
    expect(await advice(options, fit)).toEqual([]);
  });
});

test('a loss that rises with the weight of its KL term is no sign of anything', async () => {
  const warmUp = { type: 'linear', from: 0, to: 3, steps: 150 } as const;
  for (const weight of [0.5, warmUp]) {
    const model = smallVAE({ objective: vae({ weight }) });
    const { training } = await model.health(data, { history: linesOf(10, 15, 20) });
    expect(training!.trend?.kind).toBe(weight === 0.5 ? 'rising' : undefined);
    await model.release();
  }
});

describe('a mistake is told with its remedy', () => {
  test.each<[string, Partial<VAEOptions>, FitOptions, RegExp]>([
    [
      'a learning rate that is too small',
      {},
      { optimizer: adam({ learningRate: 1e-5 }) },
      /learnt hardly anything: its reconstruction error is [\d.]+, and was [\d.]+ before training; the weights moved by 0\.\d+ %\. Use a learning rate 10 times as large/,
    ],
    [
      'a learning rate that is too large',
      {},
      { optimizer: adam({ learningRate: 1 }) },
      /^The (loss rose from|loss swings:|model is worse than).+ learning rate is too large.+ivide it by /,
    ],
    [
      'units that are saturated',
      {},
      { optimizer: adam({ learningRate: 1 }) },
      /^encoder\.0 and decoder\.0 are saturated: \d+ % of the outputs of \w+\.0 are at the bounds of tanh.+ Use a smaller learning rate/,
    ],
    [
      'units that all died',
      { encoder: [dense(20, { activation: 'relu' })] },
      { optimizer: sgd({ learningRate: 0.3 }), epochs: 30 },
      /units of encoder\.0 are dead .+A smaller learning rate lets fewer of them die\.$/,
    ],
    [
      'weights that start as zeros',
      {
        encoder: [hidden('zeros')],
        decoder: [hidden('zeros'), dense(16, { initializer: 'zeros' }), reshape(smallShape)],
      },
      usual,
      /^The units of encoder\.0\.weight, decoder\.0\.weight and decoder\.1\.weight are all the same.+ Use a random initializer/,
    ],
    [
      'weights that start too large',
      { encoder: [hidden({ constant: 5 })] },
      usual,
      /^encoder\.0\.weight starts with weights so large that its outputs are 20 times its inputs\. Use an initializer/,
    ],
    [
      'a KL weight that is too large at first',
      { kl: { weight: 20 } },
      usual,
      /^All 2 latents collapsed .+ Warm the KL weight up from 0/,
    ],
    [
      'an activation before the likelihood',
      {
        decoder: [dense(16, { activation: 'sigmoid' }), reshape(smallShape)],
      },
      usual,
      /^The decoder ends in sigmoid, but the likelihood takes logits.+ Leave that activation out\.$/,
    ],
  ])('%s', async (_, options, fit, says) => {
    expect(await advice(options, fit)).toContainEqual(expect.stringMatching(says));
  });

  test.each([
    ['0 to 255', 1, /reach from 10 to 244, but bernoulli .+ Divide them by 255/],
    ['beyond 1', 2 / 255, /reach from 0\.0784 to 1\.9137.+ Bring them into \[0, 1\]/],
    ['divided by 255 twice', 1 / 255 ** 2, /is nearly black: were they divided by 255 twice/],
    ['all the same', 0, /^All values of the data are 0: there is nothing to learn/],
  ])('values that are %s', async (_, scale, says) => {
    expect(await advice({}, usual, scaled(scale))).toContainEqual(expect.stringMatching(says));
  });
});

describe('the notes are few and right', () => {
  /** Collapses within few steps, and hardly learns. */
  const poor: Partial<VAEOptions> = { kl: { weight: 20 } };
  const slow = { optimizer: adam({ learningRate: 1e-5 }) };

  test('none after three steps', async () => {
    const three = { ...slow, epochs: 3, batchSize: 320 };
    expect(await advice(poor, three)).toEqual([]);
    expect(await advice({ encoder: [dense(20, { activation: 'relu' })] }, three)).toEqual([]);
  });

  test('none on too few examples to show a hundredth of them', async () => {
    const fit = { ...usual, epochs: 60, batchSize: 20 };
    expect(await advice(poor, fit, corners(298))).toEqual([]);
    expect(await advice(poor, fit, corners(299))).toEqual([
      expect.stringMatching(/^All 2 latents collapsed/),
    ]);
    expect(await advice({}, { ...slow, epochs: 60, batchSize: 4 }, corners(4))).toEqual([]);
  });

  test('but mistakes in data and layers are told whatever the size, the data first and alone', async () => {
    const decoder = [dense(16, { activation: 'sigmoid' }), reshape(smallShape)];
    const notes = await advice(
      { decoder },
      { optimizer: adam({ learningRate: 1 }), epochs: 2, batchSize: 4 },
      fromArray(
        Float32Array.from({ length: 256 }, (_, i) => i),
        smallShape,
      ),
    );
    expect(notes).toEqual([
      expect.stringMatching(/^The values of the data reach from 0 to 255, .+ Divide them by 255/),
      expect.stringMatching(/^The decoder ends in sigmoid/),
    ]);
  });

  test('the scale of real values comes before the learning rate, and is no fault of its own', async () => {
    const likelihood = { type: 'gaussian', variance: 1 } as const;
    const options = { likelihood, kl: { weight: 0.01 } };
    const says =
      /^The values of the data reach from 10 to 244, far from the scale.+ Divide them by 255, or give them as uint8\.$/;
    expect(await advice(options, { epochs: 8 }, scaled(1))).toEqual([expect.stringMatching(says)]);
    const linear = { encoder: [dense(8)], decoder: [dense(16), reshape(smallShape)] };
    const sound = { ...usual, epochs: 60 };
    expect(await advice({ ...options, ...linear }, sound, scaled(20 / 255))).toEqual([]);
  });

  test('of many, the first are named and the rest counted', async () => {
    expect(
      await advice({ latent: 400, kl: { weight: 0.3 } }, { ...usual, epochs: 30 }),
    ).toContainEqual(
      expect.stringMatching(
        /^\d+ of 400 latents collapsed .+: latents \d+, \d+, \d+ and \d+ more are not used\. Lower/,
      ),
    );
    const tanh = () => dense(8, { activation: 'tanh', initializer: 'zeros' });
    const [alike] = await advice({ encoder: Array.from({ length: 30 }, tanh) }, usual);
    expect(alike).toMatch(
      /^The units of encoder\.0\.weight, encoder\.1\.weight, encoder\.2\.weight and 27 more are/,
    );
  });
});

describe('numbers that were not finite are explained', () => {
  test.each<[string, Partial<VAEOptions>, FitOptions, typeof data, RegExp]>([
    [
      'by a learning rate far over the usual one',
      {},
      { optimizer: sgd({ learningRate: 30 }) },
      data,
      /The learning rate 30 is large for sgd: use a smaller one, such as 0\.01\.$/,
    ],
    [
      'by weights that are too large',
      { encoder: [dense(8, { initializer: { constant: 1e20 } })] },
      usual,
      data,
      /encoder\.0\.weight starts with weights so large that .+ Use an initializer/,
    ],
    [
      'by values that the likelihood does not know',
      {},
      { optimizer: sgd({ learningRate: 0.03 }) },
      scaled(1e6),
      /The values of the data reach from .+, but bernoulli is about values in \[0, 1\]/,
    ],
    [
      'by real values of a large scale, before the learning rate',
      { likelihood: 'gaussian' },
      { optimizer: sgd({ learningRate: 1 }) },
      scaled(1),
      /The values of the data reach from 10 to 244, far from .+ Divide them by 255/,
    ],
  ])('%s', async (_, options, fit, given, says) => {
    const model = smallVAE(options);
    await expect(model.fit(given, { epochs: 8, batchSize: 16, ...fit })).rejects.toThrow(says);
  });
});

describe('the trend of losses', () => {
  const trendOf = (...losses: number[]) => lossTrend(linesOf(...losses));

  test.each([
    ['falling', [200, 180, 170, 165, 162, 160, 159, 158]],
    ['at rest, with noise', [170, 160.2, 160.1, 160.4, 160.0, 160.3, 159.9, 160.2]],
    ['at rest from the start', [160.2, 160.1, 160.4, 160.0, 160.3, 159.9, 160.2]],
    ['one rise', [200, 180, 170, 190, 165, 160]],
    ['falling below 0', [100, 10, -10, -30, -35]],
    ['none', []],
    ['one epoch', [200]],
  ])('%s', (_, losses) => {
    expect(trendOf(...losses)).toBeUndefined();
  });

  test('rising and swinging', () => {
    expect(trendOf(200, 190, 230)).toEqual({ kind: 'rising', first: 200, last: 230 });
    expect(trendOf(-30, -20)).toEqual({ kind: 'rising', first: -30, last: -20 });
    expect(trendOf(200, 160, 200, 170, 187, 165)).toEqual({
      kind: 'swinging',
      rises: 2,
      epochs: 6,
      most: 0.25,
    });
  });
});

test('is judged by examples of all the data, also where they are sorted by class', async () => {
  // 3,000 images of four quarters, a quarter after another: a unit sees one of them.
  const mixed = corners(3000);
  const places = Array.from(mixed.labels!, (label, i) => [label, i] as const)
    .sort(([a], [b]) => a - b)
    .map(([, i]) => i);
  const sorted = subset(mixed, places);
  const unlabelled = { ...sorted, labels: undefined } as unknown as Dataset;
  const model = smallVAE({ encoder: [dense(4, { activation: 'relu' })] });
  const weights = Float32Array.from({ length: 64 }, (_, i) => {
    const [unit, pixel] = [i >> 4, i & 15];
    const inside = pixel >> 2 < 2 === unit < 2 && (pixel & 3) < 2 === (unit % 2 === 0);
    return inside ? 1 : 0;
  });
  model.setParameters({
    'encoder.0.weight': new Tensor('float32', weights, [4, 16]),
    'encoder.0.bias': new Tensor('float32', new Float32Array(4).fill(-2), [4]),
  });
  for (const given of [sorted, unlabelled]) {
    const health = await model.health(given, { history: linesOf(3, 2) });
    expect(health.deadUnits).toEqual([]);
    expect(health.examples).toBe(2000);
    const whole = await model.health(mixed);
    health.klPerLatent.forEach((nats, i) => {
      expect(nats / whole.klPerLatent[i]!).toBeCloseTo(1, 1);
    });
  }
});
