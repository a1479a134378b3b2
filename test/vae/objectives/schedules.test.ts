import { describe, expect, test } from 'vitest';
import { adam, betaVae, capacity, type ScheduleOptions, sgd, vae } from '../../../src/index.js';
import { scheduleSchema, valueAt } from '../../../src/nn/index.js';
import { corners, smallVAE } from '../small.js';

const at = (schedule: ScheduleOptions, step: number) => {
  const moment = { steps: step - 1, epoch: 0, epochs: 1, history: [] };
  return valueAt(scheduleSchema.parse(schedule), moment);
};

test('linear: from the first step to the one after its last, then level', () => {
  const schedule = { type: 'linear', from: 1, to: 3, steps: 4 } as const;
  expect([1, 2, 3, 4, 5, 6, 1000, Infinity].map((step) => at(schedule, step))).toEqual([
    1, 1.5, 2, 2.5, 3, 3, 3, 3,
  ]);
});

test('cyclical: a rise and a level part, again and again (Fu et al. 2019, fig. 1)', () => {
  const schedule = { type: 'cyclical', to: 2, period: 8, ratio: 0.5 } as const;
  const cycle = [0, 0.5, 1, 1.5, 2, 2, 2, 2];
  expect(Array.from({ length: 16 }, (_, i) => at(schedule, i + 1))).toEqual([...cycle, ...cycle]);
  expect(at(schedule, Infinity)).toBe(2);
});

test.each([
  [{ type: 'linear', steps: 0 }, /^betaVae\.beta\.steps: /],
  [{ type: 'cyclical', period: 8, ratio: 0 }, /^betaVae\.beta\.ratio: /],
  [{ type: 'cubic', steps: 3 }, /^betaVae\.beta\.type: unknown schedule 'cubic'\. /],
  ['slow', /^betaVae\.beta: it must be a number or an object of options, not 'slow'\.$/],
])('%j is refused', (schedule, message) => {
  expect(() => betaVae({ beta: schedule as never })).toThrow(message);
});

test('the weight changes by step, and validation sees the last one', async () => {
  // Parameters stay, and a step is an epoch: the terms tell the weight of each step.
  const data = corners(32);
  const model = smallVAE({
    objective: vae({ weight: { type: 'linear', from: 0, to: 1, steps: 4 } }),
  });
  const { kl: divergence, weightedKl } = await model.evaluate(data);
  const full = weightedKl!;
  expect(full).toBeCloseTo(2 * divergence!, 5);
  expect(full).toBeGreaterThan(0.01);
  const { epochs } = await model.fit(data, {
    epochs: 6,
    batchSize: 32,
    optimizer: sgd({ learningRate: 0 }),
    validation: data,
  });
  const weights = epochs.map((epoch) => epoch.weightedKl! / full);
  [0, 0.25, 0.5, 0.75, 1, 1].forEach((weight, i) => {
    expect(weights[i]).toBeCloseTo(weight, 5);
    expect(epochs[i]!.val_weightedKl! / full).toBeCloseTo(1, 5);
    expect(epochs[i]!.kl! / divergence!).toBeCloseTo(1, 5);
  });
});

describe('the same bits whatever the steps in a call', () => {
  test.each([
    betaVae({ beta: { type: 'linear', from: 0, to: 2, steps: 9 } }),
    betaVae({ beta: { type: 'cyclical', to: 2, period: 7, ratio: 0.6 } }),
    capacity({ gamma: 5, to: 2, steps: 20 }),
  ])('$type $options', async (objective) => {
    const results: string[] = [];
    for (const stepsPerCall of [1, 4, 100]) {
      const model = smallVAE({ objective });
      const optimizer = adam({ learningRate: 0.01 });
      await model.fit(corners(100), { epochs: 3, batchSize: 16, optimizer, stepsPerCall });
      const { data } = model.parameters()['encoder.0.weight']!;
      results.push((data as Float32Array).join());
    }
    expect(new Set(results).size).toBe(1);
    const other = smallVAE({ objective: betaVae({ beta: 2 }) });
    await other.fit(corners(100), {
      epochs: 3,
      batchSize: 16,
      optimizer: adam({ learningRate: 0.01 }),
    });
    const { data } = other.parameters()['encoder.0.weight']!;
    expect((data as Float32Array).join()).not.toBe(results[0]);
  });
});
