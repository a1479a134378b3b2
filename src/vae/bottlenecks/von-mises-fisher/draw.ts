import {
  add,
  asin,
  clip,
  concat,
  constant,
  cos,
  div,
  exp,
  greaterOrEqual,
  less,
  log,
  minimum,
  mul,
  pow,
  sin,
  slice,
  sqrt,
  square,
  squeeze,
  stopGradient,
  sub,
  sum,
  unsqueeze,
  type Value,
  where,
} from '../../../graph/index.js';
import { firstAccepted, integral, movingWith } from '../rejection.js';

/** 1 − cos φ, without the loss of digits. */
const versine = (angle: Value) => mul(square(sin(mul(angle, 0.5))), 2);

/**
 * du/dκ of a draw u = 1 − μᵀz that stays at its quantile. The integral is over the angle φ, cos φ = μᵀz, whose
 * density is sin^(d−2) φ exp(−κ (1 − cos φ)): from 0, or from the upper end, whichever is the shorter way to the
 * draw. Its relative error is 10⁻⁷.
 * @param u [batch, count]
 * @param kappa [batch, 1]
 * @param mean the mean of u, [batch, 1]
 */
function slopeOf(u: Value, kappa: Value, mean: Value, dimensions: number): Value {
  const held = clip(u, 1e-12, 2 - 1e-6);
  const angle = mul(asin(sqrt(mul(held, 0.5))), 2);
  const isLow = less(u, mean);
  // Eight standard deviations at most; beyond them is nothing.
  const spread = div(8, sqrt(add(kappa, dimensions / 4)));
  const length = where(isLow, angle, minimum(sub(Math.PI, angle), spread));
  const inner = (x: Value) => unsqueeze(x, [-1]);
  const found = integral(where(isLow, 0, angle), length, (at) => {
    const beside = versine(at);
    const ratio = mul(
      pow(div(sin(at), inner(sin(angle))), dimensions - 2),
      exp(mul(inner(kappa), sub(inner(held), beside))),
    );
    return mul(ratio, sub(inner(mean), beside));
  });
  return mul(mul(found, sin(angle)), where(isLow, -1, 1));
}

/**
 * Draws u = 1 − μᵀz of the von Mises–Fisher distribution by rejection (Wood 1994, algorithm VM*; Davidson et
 * al. 2018, algorithm 1). ε of Beta((d − 1)/2, (d − 1)/2) comes from two uniform numbers in closed form
 * (Devroye, "Non-Uniform Random Variate Generation", 1986, §IX.3.3).
 * @param kappa [batch, 1]
 * @param mean the mean of u, [batch, 1]
 * @param uniform of [0, 1): [batch, count, proposals, 3]
 * @returns [batch, count], with the derivative by κ of `slopeOf`
 */
export function drawDistance(kappa: Value, mean: Value, uniform: Value, dimensions: number): Value {
  const column = (i: number) => squeeze(slice(uniform, [{ axis: 3, start: i, end: i + 1 }]), [3]);
  const k = unsqueeze(kappa, [2]);
  const n = dimensions - 1;
  const turn = cos(mul(column(1), 2 * Math.PI));
  const radius = dimensions > 2 ? sqrt(sub(1, pow(column(0), 2 / (dimensions - 2)))) : 1;
  const epsilon = add(mul(mul(turn, radius), 0.5), 0.5);
  const b = div(n, add(mul(k, 2), sqrt(add(square(mul(k, 2)), n ** 2))));
  const rest = sub(1, mul(sub(1, b), epsilon));
  const proposed = div(mul(mul(b, 2), epsilon), rest);
  const onePlus = add(b, 1);
  const nearness = sub(div(mul(b, 2), onePlus), proposed);
  const logRatio = add(mul(k, nearness), mul(log(div(onePlus, mul(rest, 2))), n));
  const u = firstAccepted(proposed, greaterOrEqual(logRatio, log(column(2))));
  return movingWith(u, kappa, () => slopeOf(u, kappa, mean, dimensions));
}

/**
 * Points on the sphere at u from the mean directions: μ itself, turned aside by a uniform direction at right
 * angles to it. The first axis is brought to μ, or to −μ where that is nearer, by a
 * reflection (Householder's; Davidson et al. 2018, algorithm 1), which is singular nowhere so.
 * @param mean μ, [batch, d]
 * @param u [batch, count]
 * @param noise normal, [batch, count, d − 1]
 * @returns [batch, count, d]
 */
export function pointsAt(mean: Value, u: Value, noise: Value): Value {
  const aside = div(noise, sqrt(add(sum(square(noise), { axes: [-1], keepDims: true }), 1e-20)));
  const apart = unsqueeze(u, [-1]);
  const width = sqrt(clip(mul(apart, sub(2, apart)), 1e-20, 1));
  const point = concat([sub(1, apart), mul(width, aside)], 2);
  const dimensions = mean.shape[1] as number;
  const axis = constant(
    Float32Array.from({ length: dimensions }, (_, i) => (i === 0 ? 1 : 0)),
    [1, dimensions],
  );
  const first = slice(mean, [{ axis: 1, end: 1 }]);
  const side = stopGradient(where(less(first, 0), -1, 1));
  const normal = unsqueeze(add(mean, mul(side, axis)), [1]);
  const along = sum(mul(point, normal), { axes: [-1], keepDims: true });
  const scale = unsqueeze(add(mul(first, side), 1), [1]);
  const reflected = sub(point, div(mul(along, normal), scale));
  return mul(reflected, unsqueeze(mul(side, -1), [1]));
}
