import { describe, expect, it } from 'vitest';
import { gradient, type Value } from '../../src/graph/index.js';
import * as operators from '../../src/graph/operators/index.js';
import { type ActivationName, activate } from '../../src/nn/activations.js';
import functions from '../fixtures/functions.json' with { type: 'json' };
import { evaluate } from './evaluate.js';

type Rows = readonly (readonly [x: number, value: number, slope: number])[];

const rowsOf = functions as unknown as Readonly<Record<string, Rows>>;

/** Tolerance in units of the number itself: a few roundings. */
const tolerance = { float32: 1e-6, float64: 1e-14 };

/**
 * Functions whose error is small against 1 alone, as in other frameworks: near a bound they subtract from it.
 */
const besideOne: Readonly<Record<string, readonly ('value' | 'slope')[]>> = {
  sigmoid: ['slope'],
  silu: [],
  tanh: ['slope'],
  elu: ['value'],
  gelu: ['value', 'slope'],
  logGamma: ['value', 'slope'],
  digamma: ['value'],
};

const operator = (name: string): ((x: Value) => Value) =>
  name in operators
    ? (operators as unknown as Record<string, (x: Value) => Value>)[name]!
    : (x) => activate(name as ActivationName, x);

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  it.each(Object.keys(rowsOf))('%s and its derivative have all their digits', async (name) => {
    const rows = rowsOf[name]!;
    const { value, slope } = await evaluate(
      (x) => {
        const y = operator(name)(x!);
        return { value: y, slope: gradient(operators.sum(y), [x!])[0]! };
      },
      [{ shape: [rows.length], data: rows.map(([x]) => x) }],
      dtype,
    );
    rows.forEach(([x, ...expected], i) => {
      for (const [place, part] of (['value', 'slope'] as const).entries()) {
        const right = expected[place]!;
        const found = (part === 'value' ? value : slope)!.data[i]!;
        const unit = besideOne[name]?.includes(part) ? Math.max(1, Math.abs(x)) : 0;
        // Fewer digits are left under the smallest normal number.
        const tiny = dtype === 'float32' ? 2 ** -126 : 0;
        const error = Math.abs(found - right) / Math.max(Math.abs(right), unit, tiny);
        expect(error, `${part} at ${x} is ${found}, not ${right}`).toBeLessThan(tolerance[dtype]);
      }
    });
  });
});

it('softplus and sigmoid are 0 or infinite where no number is near enough', async () => {
  const { s, l } = await evaluate(
    (x) => ({ s: operators.softplus(x!), l: operators.sigmoid(x!) }),
    [{ shape: [4], data: [-Infinity, -2000, 2000, Infinity] }],
  );
  expect(s!.data).toEqual([0, 0, 2000, Infinity]);
  expect(l!.data).toEqual([0, 0, 1, 1]);
});
