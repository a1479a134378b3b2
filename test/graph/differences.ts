import { expect } from 'vitest';
import {
  compile,
  gradient,
  input,
  mul,
  type Shape,
  sum,
  type Value,
} from '../../src/graph/index.js';
import { isFloat } from '../../src/graph/value.js';
import { type Feed, resolve, tensor } from './evaluate.js';

/** A function of tensors whose gradient is under test. */
export interface Case {
  readonly build: (...inputs: Value[]) => Value;
  readonly feeds: readonly Feed[];
  /** float32 only for operators of which ONNX Runtime's CPU provider has no float64 kernel. */
  readonly dtype?: 'float32' | 'float64';
}

/** Step of the differences and the error allowed, relative to 1 + |gradient|. */
const precision = {
  float64: { step: 1e-3, tolerance: 1e-8 },
  float32: { step: 0.05, tolerance: 1e-3 },
};

/**
 * Distinct numbers, evenly spaced inside (low, high) in a shuffled order: never closer to each
 * other, or to 0 for an even count between −high and high, than a difference's step.
 */
export function spaced(shape: readonly number[], low = -1, high = 1, seed = 1): number[] {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const places = Array.from({ length: count }, (_, place) => place);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places.map((place) => low + ((place + 0.5) / count) * (high - low));
}

/** A feed of spaced numbers. */
export function feed(
  shape: readonly number[],
  low?: number,
  high?: number,
  symbolic?: Shape,
): Feed {
  const seed = 1 + shape.reduce((product, dimension) => 7 * product + dimension, 1);
  const data = spaced(shape, low, high, seed);
  return symbolic ? { shape, data, symbolic } : { shape, data };
}

/**
 * Compares gradients with central differences of fourth order, for four scalars made of the output:
 * its sum weighted element by element (a whole gradient), its plain sum (the gradient is one
 * number), and its sums weighted along the last axis only (of lower rank) and along all but the last
 * axis (of size 1 there), since gradients may be smaller than their values.
 */
export async function expectDerivative({ build, feeds, dtype = 'float64' }: Case): Promise<void> {
  const inputs = feeds.map((fed, i) =>
    input(`x${i}`, fed.symbolic ?? fed.shape, fed.dtype ?? dtype),
  );
  const y = build(...inputs);
  const shapes: Shape[] =
    y.shape.length === 0 ? [[]] : [y.shape, y.shape.slice(-1), y.shape.with(-1, 1)];
  const weights = shapes.map((shape, i) => input(`weights${i}`, shape, dtype));
  const targets = [sum(y), ...weights.map((weight) => sum(mul(y, weight)))];
  const by = inputs.filter((value) => isFloat(value.dtype));
  const outputs: Record<string, Value> = {};
  targets.forEach((target, t) => {
    outputs[`target${t}`] = target;
    gradient(target, by).forEach((g, i) => {
      expect(g.shape).toEqual(by[i]!.shape);
      outputs[`gradient${t}/${by[i]!.operation.attributes.name}`] = g;
    });
  });
  const session = await compile({ inputs: [...inputs, ...weights], outputs }, { threads: 1 });
  try {
    const fed = Object.fromEntries([
      ...feeds.map((one, i) => [`x${i}`, tensor(one, one.dtype ?? dtype)] as const),
      ...shapes.map((shape, i) => {
        const resolved = resolve(shape, feeds);
        const data = spaced(resolved, 0.3, 1.7, 11 + i);
        return [`weights${i}`, tensor({ shape: resolved, data }, dtype)] as const;
      }),
    ]);
    const targetsAt = async () => {
      const results = await session.run(fed);
      return targets.map((_, t) => Number(results[`target${t}`]!.data[0]));
    };
    const analytic = await session.run(fed);
    const { step, tolerance } = precision[dtype];
    for (const value of by) {
      const name = value.operation.attributes.name as string;
      const data = fed[name]!.data as Float64Array;
      targets.forEach((_, t) => {
        expect(analytic[`gradient${t}/${name}`]!.dims).toEqual(fed[name]!.dims);
      });
      for (let i = 0; i < data.length; i++) {
        const at = data[i]!;
        const moved: number[][] = [];
        for (const steps of [1, -1, 2, -2]) {
          data[i] = at + steps * step;
          moved.push(await targetsAt());
        }
        data[i] = at;
        targets.forEach((_, t) => {
          const [one, minusOne, two, minusTwo] = moved.map((values) => values[t]!) as [
            number,
            number,
            number,
            number,
          ];
          const numeric = (8 * (one - minusOne) - (two - minusTwo)) / (12 * step);
          const error = Number(analytic[`gradient${t}/${name}`]!.data[i]) - numeric;
          expect(
            Math.abs(error) / (1 + Math.abs(numeric)),
            `gradient of target ${t} by ${name}[${i}]`,
          ).toBeLessThan(tolerance);
        });
      }
    }
  } finally {
    await session.release();
  }
}
