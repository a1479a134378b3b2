import { expect, test } from 'vitest';
import { digamma, logGamma } from '../../src/base/gamma.js';
import functions from '../fixtures/functions.json' with { type: 'json' };

/** Numbers computed with 60 digits, by bench/peers/function_fixtures.py. */
const rows = functions.logGamma as unknown as readonly (readonly [number, number, number])[];

test.each(rows)('log Γ(%d) and its derivative have all their digits', (x, value, slope) => {
  const error = (found: number, right: number) =>
    Math.abs(found - right) / Math.max(Math.abs(right), x, 1);
  expect(error(logGamma(x), value)).toBeLessThan(1e-14);
  expect(error(digamma(x), slope)).toBeLessThan(1e-14);
});
