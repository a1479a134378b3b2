import {
  add,
  and,
  div,
  exp,
  greater,
  greaterOrEqual,
  less,
  log,
  maximum,
  minimum,
  mul,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
  unsqueeze,
  type Value,
  where,
  withGradient,
} from '../../../graph/index.js';
import { firstAccepted, integral, movingWith } from '../rejection.js';
import { logSinhRatio } from './ball.js';

/*
 * The distance x from the mean under a Riemannian normal distribution, in the ball of curvature −1: its density is
 * exp(−x² / 2s²) sinhⁿ x / I(s), with n = d − 1 and x > 0 (Mathieu et al. 2019, §3.1 and appendix B.4). The paper's
 * closed form of I(s) is a sum of alternating signs, which cancels where s is small or d is large; quadrature is
 * exact to 10⁻⁶ for all.
 */

/** Keeps logarithms finite. */
const tiny = 1e-12;

/** log sinh x */
const logSinh = (x: Value) => add(log(x), logSinhRatio(x));

/** A distribution of distances, with tensors of the scale's shape [batch, 1]. */
export interface Radius {
  readonly scale: Value;
  /** n */
  readonly power: number;
  /** A point near the mode. */
  readonly anchor: Value;
  /** log I(s) */
  readonly logNormalizer: Value;
  /** The mean of x². */
  readonly meanSquare: Value;
}

/**
 * A point near the mode, where x tanh x = n s²: some of Newton's steps from above. Nothing is wrong by it if it is
 * not met, as it is only the place that proposals are made about.
 */
function anchorOf(scale: Value, power: number): Value {
  const wanted = mul(square(scale), power);
  const half = mul(wanted, 0.5);
  let x = add(half, sqrt(add(square(half), wanted)));
  for (let step = 0; step < 4; step++) {
    const t = tanh(x);
    const slope = add(t, mul(x, sub(1, square(t))));
    x = maximum(sub(x, div(sub(mul(x, t), wanted), slope)), mul(scale, 1e-3));
  }
  return x;
}

/** log of the density at x over that at the anchor. */
function logRatio(x: Value, { scale, power, anchor }: Pick<Radius, 'scale' | 'power' | 'anchor'>) {
  const up = (value: Value) => (x.shape.length > 2 ? unsqueeze(value, [2]) : value);
  const [s, start] = [up(scale), up(anchor)];
  const normal = mul(div(mul(sub(x, start), add(x, start)), square(s)), -0.5);
  return add(normal, mul(sub(logSinh(x), logSinh(start)), power));
}

/** @param given s > 0, [batch, 1] @param dimensions d ≥ 2 */
export function radiusOf(given: Value, dimensions: number): Radius {
  const scale = stopGradient(given);
  const power = dimensions - 1;
  const anchor = anchorOf(scale, power);
  // The density falls at least as a normal one of the standard deviation s does.
  const from = maximum(sub(anchor, mul(scale, 8)), 0);
  const length = sub(add(anchor, mul(scale, 8)), from);
  const near = { scale, power, anchor };
  const density = (x: Value) => exp(logRatio(x, near));
  const whole = integral(from, length, density);
  const squares = integral(from, length, (x) => mul(square(x), density(x)));
  const meanSquare = div(squares, whole);
  const atAnchor = sub(mul(logSinh(anchor), power), mul(div(square(anchor), square(scale)), 0.5));
  const logNormalizer = withGradient(add(atAnchor, log(whole)), [given], (gradient) => [
    mul(gradient, div(meanSquare, mul(square(scale), scale))),
  ]);
  return { scale: given, power, anchor, logNormalizer, meanSquare };
}

/** dx/ds of a draw that stays at its quantile. @param x [batch, count] */
function slopeOf(x: Value, radius: Radius): Value {
  const { scale, meanSquare } = radius;
  const isLow = less(square(x), meanSquare);
  const reach = mul(scale, 8);
  const from = where(isLow, maximum(sub(x, reach), 0), x);
  const length = where(isLow, minimum(x, reach), reach);
  const inner = (value: Value) => unsqueeze(value, [-1]);
  const found = integral(from, length, (at) => {
    const ratio = exp(sub(logRatio(maximum(at, tiny), radius), inner(logRatio(x, radius))));
    return mul(ratio, sub(square(at), inner(meanSquare)));
  });
  return mul(div(found, mul(square(scale), scale)), where(isLow, -1, 1));
}

/**
 * Draws x by rejection. As log sinh is concave, the density lies under the curve of a normal distribution with the
 * standard deviation s that touches it at the anchor; at least 0.65 of its draws are accepted.
 * @param noise normal, [batch, count, proposals]
 * @param uniform of [0, 1), of the same shape
 * @returns [batch, count]
 */
export function drawRadius(radius: Radius, noise: Value, uniform: Value): Value {
  const { scale, power, anchor } = radius;
  const up = (value: Value) => unsqueeze(value, [2]);
  const slope = div(1, tanh(anchor));
  const centre = mul(mul(square(scale), power), slope);
  const proposed = add(up(centre), mul(up(scale), noise));
  const held = maximum(proposed, tiny);
  const rise = mul(up(slope), sub(held, up(anchor)));
  const logAccept = mul(sub(sub(logSinh(held), logSinh(up(anchor))), rise), power);
  const isAccepted = and(greater(proposed, 0), greaterOrEqual(logAccept, log(uniform)));
  const x = firstAccepted(held, isAccepted);
  return movingWith(x, scale, () => slopeOf(x, radius));
}
