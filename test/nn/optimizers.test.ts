import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  add,
  compileLoop,
  constant,
  cos,
  gradient,
  input,
  mul,
  square,
  sub,
  sum,
} from '../../src/graph/index.js';
import { adam, adamW, lion, type Optimizer, optimizerFromConfig } from '../../src/nn/index.js';
import { valueAt } from '../../src/nn/schedules/index.js';
import { readJson } from '../fixtures.js';

interface Fixture {
  readonly a: readonly number[];
  readonly c: readonly number[];
  readonly start: readonly number[];
  readonly optimizers: readonly {
    readonly optimizer: Readonly<Record<string, unknown>>;
    /** Parameters after every tenth step. */
    readonly trajectory: readonly (readonly number[])[];
  }[];
}

/** Steps of an optimizer down sum(a / 2 (p − c)² + cos p), in double precision. */
async function descend(
  optimizer: Optimizer,
  { a, c, start }: Pick<Fixture, 'a' | 'c' | 'start'>,
  steps: number,
  decays: number | readonly number[] = 1,
): Promise<number[][]> {
  const width = start.length;
  const vector = (numbers: readonly number[]) => constant(numbers, [width], 'float64');
  const p = input('p', [width], 'float64');
  const loss = sum(add(mul(square(sub(p, vector(c))), mul(vector(a), 0.5)), cos(p)));
  const scalars = Array.from({ length: steps }, (_, i) =>
    optimizer.scalars(
      i + 1,
      valueAt(optimizer.learningRate, { steps: 0, epoch: 0, epochs: 1, history: [] }),
    ),
  );
  const names = Object.keys(scalars[0]!);
  const numbers = names.map((name) => [name, input(name, [], 'float64')] as const);
  const slots = optimizer.slots.map((name) => [name, input(name, [width], 'float64')] as const);
  const mask = typeof decays === 'number' ? decays : vector(decays);
  const [g] = gradient(loss, [p]);
  const next = optimizer.update(
    g!,
    p,
    Object.fromEntries(slots),
    Object.fromEntries(numbers),
    mask,
  );
  const session = await compileLoop({
    carried: [
      { current: p, next: next.parameter },
      ...slots.map(([name, current]) => ({ current, next: next.slots[name]! })),
    ],
    steps: numbers.map(([, value]) => value),
    invariant: [],
    outputs: { path: next.parameter },
  });
  const double = (values: readonly number[], dims: readonly number[]) =>
    new Tensor('float64', Float64Array.from(values), dims);
  const { path } = await session.run({
    iterations: new Tensor('int64', [BigInt(steps)], []),
    p: double(start, [width]),
    ...Object.fromEntries(slots.map(([name]) => [name, double(Array(width).fill(0), [width])])),
    ...Object.fromEntries(
      names.map((name) => [
        name,
        double(
          scalars.map((each) => each[name]!),
          [steps],
        ),
      ]),
    ),
  });
  await session.release();
  const values = path!.data as Float64Array;
  return Array.from({ length: steps }, (_, i) => [...values.slice(i * width, (i + 1) * width)]);
}

// Keras keeps its hyperparameters and their powers in single precision.
describe.each([
  ['torch', 1e-9],
  ['keras', 3e-5],
] as const)('50 steps as %s makes them', async (framework, tolerance) => {
  const fixture = await readJson<Fixture>(`${framework}-optimizers.json`);
  test.each(fixture.optimizers)('$optimizer', async ({ optimizer, trajectory }) => {
    const path = await descend(optimizerFromConfig(optimizer), fixture, 50);
    trajectory.forEach((expected, i) => {
      const found = path[10 * i + 9]!;
      found.forEach((value, at) => {
        expect(Math.abs(value - expected[at]!), `step ${10 * i + 10}`).toBeLessThan(tolerance);
      });
    });
  });
});

const problem = { a: [1, 1, 2, 2], c: [3, 3, -4, -4], start: [1, 1, 2, 2] };

test.each([adamW({ weightDecay: 0.5 }), lion({ weightDecay: 0.5, learningRate: 0.001 })])(
  'weight decay leaves excluded parameters alone ($type)',
  async (optimizer) => {
    const [mixed] = await descend(optimizer, problem, 1, [1, 0, 1, 0]);
    const [all] = await descend(optimizer, problem, 1, 1);
    const [none] = await descend(optimizer, problem, 1, 0);
    expect(mixed).toEqual([all![0], none![1], all![2], none![3]]);
    const rate = optimizer.learningRate as number;
    all!.forEach((value, i) => {
      expect(none![i]! - value).toBeCloseTo(0.5 * rate * problem.start[i]!, 12);
    });
  },
);

test('AdamW without decay is Adam', async () => {
  const path = await descend(adamW({ weightDecay: 0, learningRate: 0.1 }), problem, 20);
  expect(path).toEqual(await descend(adam({ learningRate: 0.1 }), problem, 20));
});

describe('wrong options are one clear line', () => {
  test.each([
    [{ type: 'adamw' }, "optimizer.type: unknown optimizer 'adamw'. Did you mean 'adamW'?"],
    [{ type: 'adam', beta: 0.9 }, "adam: unknown key 'beta'. Did you mean 'beta1'?"],
    [{ type: 'lion', beta1: 1 }, 'lion.beta1: it must be less than 1, not 1.'],
    [{ type: 'rmsprop', rho: -1 }, 'rmsprop.rho: it must be at least 0, not -1.'],
    [{ type: 'adamW', weightDecay: -1 }, 'adamW.weightDecay: it must be at least 0, not -1.'],
    [{ type: 'adamW', exclude: 'bias' }, "adamW.exclude: it must be a list, not 'bias'."],
    [
      { type: 'sgd', learningRate: 'fast' },
      "sgd.learningRate: it must be a number or an object of options, not 'fast'.",
    ],
    [{ type: 'sgd', learningRate: -1 }, 'sgd.learningRate: it must be at least 0, not -1.'],
    [
      { type: 'adam', learningRate: { type: 'cosin', initial: 1 } },
      "adam.learningRate.type: unknown schedule 'cosin'. Did you mean 'cosine'?",
    ],
    [
      { type: 'adam', learningRate: { type: 'cosine', inital: 1 } },
      "adam.learningRate: unknown key 'inital'. Did you mean 'initial'?",
    ],
    [
      { type: 'adam', learningRate: { type: 'step', initial: 1 } },
      'adam.learningRate.every: it is missing. Give a number.',
    ],
  ])('%j', (config, message) => {
    expect(() => optimizerFromConfig(config)).toThrow(new RegExp(`^${literal(message)}$`));
  });
});

function literal(text: string): string {
  return text.replace(/[.?()[\]]/g, '\\$&');
}
