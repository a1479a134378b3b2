import { describe, expect, test } from 'vitest';
import { adam, optimizerFromConfig } from '../../src/nn/index.js';
import {
  constant,
  cosine,
  exponential,
  onPlateau,
  type Schedule,
  type ScheduleMoment,
  step,
  valueAt,
  warmup,
} from '../../src/nn/schedules/index.js';
import { readJson } from '../fixtures.js';

interface Case {
  readonly schedule: Readonly<Record<string, unknown>>;
  readonly perEpoch: number;
  readonly rates: readonly number[];
  readonly metrics?: readonly number[];
}

/** The learning rate after so many epochs. */
const learningRateAt = (
  rate: number | Schedule,
  epoch: number,
  context: Pick<ScheduleMoment, 'epochs' | 'history'>,
) => valueAt(rate, { steps: 0, epoch, ...context });

const { schedules } = await readJson<{ schedules: readonly Case[] }>('torch-optimizers.json');

test.each(schedules)('as PyTorch: $schedule', ({ schedule, perEpoch, rates, metrics = [] }) => {
  const optimizer = optimizerFromConfig({ type: 'sgd', learningRate: schedule });
  const history = metrics.map((loss) => ({ loss }));
  rates.forEach((expected, i) => {
    const context = { epochs: rates.length / perEpoch, history: history.slice(0, i) };
    const found = learningRateAt(optimizer.learningRate, i / perEpoch, context);
    expect(Math.abs(found - expected), `epoch ${i / perEpoch}`).toBeLessThan(1e-12);
  });
});

const context = { epochs: 10, history: [] };

test('a number and a constant do not change', () => {
  for (const epoch of [0, 0.3, 9.9]) {
    expect(learningRateAt(0.02, epoch, context)).toBe(0.02);
    expect(learningRateAt(constant({ initial: 0.02 }), epoch, context)).toBe(0.02);
  }
});

test('a cosine of its own length stays at its end', () => {
  const rate = cosine({ initial: 1, final: 0.1, epochs: 4 });
  expect(learningRateAt(rate, 2, context)).toBeCloseTo(0.55, 12);
  for (const epoch of [4, 5, 9.5]) expect(learningRateAt(rate, epoch, context)).toBe(0.1);
});

test('the exponential falls inside of epochs too', () => {
  const rate = exponential({ initial: 1, factor: 0.25 });
  expect(learningRateAt(rate, 0.5, context)).toBeCloseTo(0.5, 12);
});

test('a warm-up rises in a line, and then the schedule begins', () => {
  const plain = step({ initial: 0.5, every: 3, factor: 0.1 });
  const warm = warmup(2, plain);
  expect(warm).toEqual({ ...plain, warmup: 2 });
  expect([0, 0.5, 1, 1.5].map((epoch) => learningRateAt(warm, epoch, context))).toEqual([
    0, 0.125, 0.25, 0.375,
  ]);
  for (const epoch of [0, 2.9, 3, 7]) {
    expect(learningRateAt(warm, epoch + 2, context)).toBe(learningRateAt(plain, epoch, context));
  }
});

test('a plateau of the warm-up does not count', () => {
  const rate = onPlateau({ initial: 1, metric: 'loss', patience: 0, factor: 0.5 });
  const history = [{ loss: 1 }, { loss: 2 }, { loss: 3 }];
  expect(learningRateAt(rate, 3, { epochs: 10, history })).toBe(0.25);
  expect(learningRateAt(warmup(2, rate), 3, { epochs: 10, history })).toBe(1);
});

describe('schedules are plain data', () => {
  const all: Schedule[] = [
    constant({ initial: 1 }),
    step({ initial: 1, every: 2 }),
    exponential({ initial: 1 }),
    warmup(1, cosine({ initial: 1 })),
    onPlateau({ initial: 1 }),
  ];
  test.each(all)('$type', (learningRate) => {
    const { type, options } = adam({ learningRate });
    const again = optimizerFromConfig(JSON.parse(JSON.stringify({ type, ...options })));
    expect(again.learningRate).toEqual(learningRate);
  });
});

test.each([
  [() => cosine({ initial: -1 }), /^cosine\.initial: it must be at least 0, not -1\.$/],
  [() => step({ initial: 1, every: 0 }), /^step\.every: it must be more than 0, not 0\.$/],
  [
    () => onPlateau({ initial: 1, factor: 1 }),
    /^onPlateau\.factor: it must be less than 1, not 1\.$/,
  ],
  [() => onPlateau({ initial: 1, patince: 3 } as never), /unknown key 'patince'.*'patience'\?$/],
  [() => warmup(-1, cosine({ initial: 1 })), /^cosine\.warmup: it must be at least 0, not -1\.$/],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
});
