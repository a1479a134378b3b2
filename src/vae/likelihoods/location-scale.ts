import { z } from 'zod';
import {
  add,
  constant,
  exp,
  mul,
  negate,
  softplus,
  split,
  sub,
  type Value,
  withGradient,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { spreadGradient, sumOfExample, valuesOfExample } from './examples.js';

/**
 * Width of p(x | z): a number that stays, `shared` for one number that is trained with the model,
 * or `pixel` for one that the decoder gives for each value.
 */
export const spreadSchema = z.union([z.number().positive(), z.enum(['shared', 'pixel'])]);

type Spread = z.output<typeof spreadSchema>;

/** The decoder's numbers for each value: its location, and with `pixel` its spread. */
export const parametersOf = (spread: Spread) => (spread === 'pixel' ? 2 : 1);

/**
 * x where it is well over `least`, and never under that: least + softplus(x − least), by which the
 * authors of the σ-VAE keep log σ over −6 (`softclip` in
 * https://github.com/orybkin/sigma-vae-pytorch).
 */
export function softlyAtLeast(x: Value, least: number): Value {
  return add(softplus(sub(x, least)), least);
}

/** The location alone: the first half of the channels where there is a spread beside it. */
export function locationOf(parameters: Value, spread: Spread): Value {
  return spread === 'pixel' ? halves(parameters)[0] : parameters;
}

function halves(parameters: Value): readonly [Value, Value] {
  const half = (parameters.shape[1] as number) / 2;
  return split(parameters, [half, half], 1) as [Value, Value];
}

/**
 * Location and logarithm of the spread, which is a scalar unless it is `pixel`.
 * @param name of the trained scalar, where there is one
 * @param least the lowest logarithm
 */
export function located(
  parameters: Value,
  spread: Spread,
  { name, least }: { readonly name: string; readonly least: number },
  scope: Scope,
): { location: Value; logSpread: Value } {
  if (spread === 'pixel') {
    const [location, raw] = halves(parameters);
    return { location, logSpread: softlyAtLeast(raw, least) };
  }
  const logSpread =
    spread === 'shared'
      ? softlyAtLeast(scope.parameter(name, [], 'zeros'), least)
      : constant(Math.log(spread), [], parameters.dtype);
  return { location: parameters, logSpread };
}

/** An error of x − location, in units of the spread. */
export interface ErrorOf {
  error(difference: Value): Value;
  /** The gradient of the error's sum, [batch, 1, ...], times the error's derivative. */
  slope(difference: Value, gradient: Value): Value;
}

/** Σ error(x − location) / spread + log spread, of each example: [batch]. */
export function spreadErrors(
  x: Value,
  { location, logSpread }: { readonly location: Value; readonly logSpread: Value },
  { error, slope }: ErrorOf,
): Value {
  const difference = sub(location, x);
  const inverse = exp(negate(logSpread));
  if (logSpread.shape.length === 0) {
    const spreads = mul(logSpread, valuesOfExample(x));
    return add(mul(sumOfExample(error(difference)), inverse), spreads);
  }
  const scaled = mul(error(difference), inverse);
  const sums = sumOfExample(add(scaled, logSpread));
  return withGradient(sums, [x, location, logSpread], (gradient) => {
    const g = spreadGradient(gradient, x);
    const byLocation = mul(slope(difference, g), inverse);
    return [negate(byLocation), byLocation, mul(sub(1, scaled), g)];
  });
}
