import {
  add,
  constant,
  exp,
  mul,
  negate,
  sigmoid,
  slice,
  softplus,
  sub,
  sum,
  type Value,
} from '../../graph/index.js';
import { type MadeOptions, made, type Scope } from '../../nn/index.js';
import { chained, type Flowed } from './flow.js';

/** Options for building an autoregressive flow. */
export interface AutoregressiveOptions extends Omit<MadeOptions, 'outputs' | 'isReversed'> {
  /** Number of maps, each the next one's input; each second one has the values in reverse order. */
  readonly blocks: number;
  /** Form in which the numbers of a masked network scale and shift a value. */
  readonly form: keyof typeof forms;
}

/** A value's map by the values before it, y = exp(logScale) x + shift: both [n, D]. */
interface Affine {
  readonly logScale: Value;
  readonly shift: Value;
}

/** Added to the gate's logit, so that a flow starts by keeping most of a value ("close to +1 or +2"). */
const gateStart = 2;

const forms = {
  /** y = exp(s) x + m: the inverse autoregressive flow (Kingma et al. 2016, eq. 9). */
  scaling: (m: Value, s: Value): Affine => ({ logScale: s, shift: m }),
  /**
   * y = (x − m) exp(−s): the density's direction of the masked autoregressive flow (Papamakarios et al.
   * 2017, eq. 4 and 5, https://arxiv.org/abs/1705.07057).
   */
  standardizing: (m: Value, s: Value): Affine => {
    const logScale = negate(s);
    return { logScale, shift: negate(mul(m, exp(logScale))) };
  },
  /**
   * y = σ x + (1 − σ) m with the gate σ = sigmoid(s): the stable form of the inverse autoregressive flow
   * (Kingma et al. 2016, eq. 13 and 14, https://arxiv.org/abs/1606.04934).
   */
  gated: (m: Value, s: Value): Affine => {
    const closed = negate(add(s, gateStart));
    return { logScale: negate(softplus(closed)), shift: mul(sigmoid(closed), m) };
  },
};

/** The map of a block for values x [n, D]; each is mapped by the values before it alone. */
function affine(x: Value, index: number, options: AutoregressiveOptions, scope: Scope): Affine {
  const isReversed = index % 2 === 1;
  const given = made(x, { ...options, outputs: 2, isReversed }, scope.child(String(index)));
  return forms[options.form](given[0]!, given[1]!);
}

/**
 * An autoregressive flow: x [n, D] mapped block by block, all values at once.
 * @returns the last block's values, and the sum of the blocks' log determinants, [n]
 */
export function autoregressive(x: Value, options: AutoregressiveOptions, scope: Scope): Flowed {
  const block = (_: unknown, index: number) => (z: Value) => {
    const { logScale, shift } = affine(z, index, options, scope);
    return { z: add(mul(z, exp(logScale)), shift), logDet: sum(logScale, { axes: [1] }) };
  };
  return chained(x, Array.from({ length: options.blocks }, block));
}

/** The places of a block's values in its order. */
export function orderOf(index: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => (index % 2 === 1 ? width - 1 - i : i));
}

/** The input of a block by its output y [n, D], where its earlier values are known; with the scales. */
export function undone(
  y: Value,
  known: Value,
  index: number,
  options: AutoregressiveOptions,
  scope: Scope,
): { readonly x: Value; readonly logScale: Value } {
  const { logScale, shift } = affine(known, index, options, scope);
  return { x: mul(sub(y, shift), exp(negate(logScale))), logScale };
}

/**
 * The inverse of an autoregressive flow, y [n, D]: one value after another, so that the program has D
 * masked networks a block.
 * @returns the first block's input, and the log determinant of the inverse, [n]
 */
export function inverseAutoregressive(
  y: Value,
  options: AutoregressiveOptions,
  scope: Scope,
): Flowed {
  const width = y.shape[1] as number;
  const logScales: Value[] = [];
  let z = y;
  for (let index = options.blocks - 1; index >= 0; index--) {
    let known = mul(z, 0);
    for (const place of orderOf(index, width)) {
      const { x, logScale } = undone(z, known, index, options, scope);
      const column = (all: Value) => slice(all, [{ axis: 1, start: place, end: place + 1 }]);
      const unit = Array.from({ length: width }, (_, i) => (i === place ? 1 : 0));
      known = add(known, mul(column(x), constant(unit, [1, width])));
      logScales.push(column(logScale));
    }
    z = known;
  }
  const stretched = logScales.reduce((a, b) => add(a, b));
  return { z, logDet: negate(sum(stretched, { axes: [1] })) };
}
