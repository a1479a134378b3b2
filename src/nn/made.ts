import { add, constant, flatten, gemm, mul, split, type Value } from '../graph/index.js';
import { type ActivationName, activate } from './activations.js';
import type { Initializer } from './initializers.js';
import type { Scope } from './scope.js';

/** Options for building a masked network. */
export interface MadeOptions {
  /** Count of numbers that it gives each value: 2 for a mean and a scale. */
  readonly outputs: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  /** True where the last value is the first in the order. */
  readonly isReversed?: boolean;
  /** Numbers that all outputs may depend on, [n, ...]. */
  readonly context?: Value | undefined;
}

/** A mask of the layer's inputs that each of its units sees: [units, inputs] of ones and zeros. */
function maskOf(units: readonly number[], inputs: readonly number[], isLast: boolean): Value {
  const sees = (unit: number, input: number) => (isLast ? unit > input : unit >= input);
  const ones = units.flatMap((unit) => inputs.map((input) => (sees(unit, input) ? 1 : 0)));
  return constant(ones, [units.length, inputs.length]);
}

/** The degrees of hidden units: from `least` to `most` in order, each as often as the others. */
function degreesOf(units: number, least: number, most: number): number[] {
  const count = most - least + 1;
  return Array.from({ length: units }, (_, i) => least + Math.floor((i * count) / units));
}

/** x · (mask ⊙ weight)ᵀ + bias: [n, inputs] to [n, units]. */
function maskedDense(x: Value, mask: Value, initializer: Initializer, scope: Scope): Value {
  const [units, inputs] = mask.shape as readonly [number, number];
  const weight = scope.parameter('weight', [units, inputs], initializer);
  const bias = scope.parameter('bias', [units], 'zeros');
  return gemm(x, mul(weight, mask), bias, { transposeB: true });
}

/** The context's part in the first hidden layer: [n, units]. */
function contextPart(context: Value, units: number, scope: Scope): Value {
  const flat = flatten(context);
  const shape = [units, flat.shape[1] as number];
  const weight = scope.child('context').parameter('weight', shape, 'glorotUniform');
  return gemm(flat, weight, undefined, { transposeB: true });
}

/**
 * A network whose outputs for a value see only the values before it: MADE (Germain et al. 2015, "MADE:
 * Masked Autoencoder for Distribution Estimation", eq. 8 and 9, https://arxiv.org/abs/1502.03509). The
 * degree of a value is its place in the order, from 1 to D. A hidden unit of degree m sees values of
 * degrees up to m; the outputs of a value of degree d see hidden units of degrees under d. Degrees of
 * hidden units are spread evenly over 1 … D − 1, where the paper draws them; with a context over
 * 0 … D − 1, so that the first value sees the context too. The last layer starts at zero.
 *
 * Parameters: `weight` [units, inputs] and `bias` [units] of each layer by its index, and
 * `context.weight` [units, context].
 * @param x [n, D]
 * @returns each of the outputs, [n, D]
 */
export function made(x: Value, options: MadeOptions, scope: Scope): Value[] {
  const { outputs, hidden, activation, isReversed = false, context } = options;
  const width = x.shape[1] as number;
  const order = Array.from({ length: width }, (_, i) => (isReversed ? width - i : i + 1));
  const least = context ? 0 : 1;
  let [value, degrees] = [x, order];
  hidden.forEach((units, index) => {
    const next = degreesOf(units, least, Math.max(least, width - 1));
    const mask = maskOf(next, degrees, false);
    const sum = maskedDense(value, mask, 'heNormal', scope.child(String(index)));
    const isFirst = index === 0 && context;
    value = activate(activation, isFirst ? add(sum, contextPart(context, units, scope)) : sum);
    degrees = next;
  });
  const ends = Array.from({ length: outputs }, () => order).flat();
  const mask = maskOf(ends, degrees, true);
  const given = maskedDense(value, mask, 'zeros', scope.child(String(hidden.length)));
  return split(given, new Array<number>(outputs).fill(width), 1);
}
