import {
  add,
  div,
  exp,
  less,
  log,
  maximum,
  minimum,
  mul,
  negate,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  type Value,
  where,
} from '../../../graph/index.js';

/*
 * The Poincaré ball of curvature −c: points of length under 1/√c along the last axis (Mathieu et al. 2019,
 * "Continuous Hierarchical Representations with Poincaré Variational Auto-Encoders", §2 and appendix A,
 * https://arxiv.org/abs/1901.06033).
 */

/**
 * Distance to the boundary up to which a point is taken for itself, as a part of the radius;
 * farther out it is held there.
 */
const margin = 1e-5;

/** Keeps the slope of a length finite at 0. */
const tiny = 1e-20;

export const squared = (x: Value) => sum(square(x), { axes: [-1], keepDims: true });

/** Lengths along the last axis, which is kept. */
export const lengthOf = (x: Value) => sqrt(add(squared(x), tiny));

/** Points at the place where they are in the ball, and others at its boundary. */
export function held(z: Value, c: number): Value {
  const most = (1 - margin) / Math.sqrt(c);
  return mul(z, minimum(div(most, lengthOf(z)), 1));
}

/** x ⊕ y, Möbius addition (eq. 8). */
export function mobiusAdd(x: Value, y: Value, c: number): Value {
  const [x2, y2] = [mul(squared(x), c), mul(squared(y), c)];
  const twice = mul(sum(mul(x, y), { axes: [-1], keepDims: true }), 2 * c);
  const ofX = mul(x, add(add(twice, y2), 1));
  const ofY = mul(y, sub(1, x2));
  return div(add(ofX, ofY), add(add(twice, mul(x2, y2)), 1));
}

/** The point at a hyperbolic distance from the origin. @param direction with the distance as its length */
export function fromOrigin(direction: Value, c: number): Value {
  const length = mul(lengthOf(direction), Math.sqrt(c) / 2);
  return mul(direction, div(mul(tanh(length), 0.5), length));
}

/** The exponential map at the origin, where tangents count double (eq. 9). */
export const exponential = (tangent: Value, c: number) => fromOrigin(mul(tangent, 2), c);

/** The hyperbolic distance from the origin, 2 artanh(√c ‖z‖) / √c, of points that are held: [..., 1]. */
export function distance(z: Value, c: number): Value {
  const x = mul(lengthOf(z), Math.sqrt(c));
  return mul(log(div(add(x, 1), sub(1, x))), 1 / Math.sqrt(c));
}

/** The logarithmic map at the origin: the tangent whose exponential a point is (eq. 9). */
export function logarithm(z: Value, c: number): Value {
  return mul(z, div(mul(distance(z, c), 0.5), lengthOf(z)));
}

/** The Möbius sum with −x in the place of x: z as it is seen from x. */
export const seenFrom = (x: Value, z: Value, c: number) => mobiusAdd(negate(x), z, c);

/** log (sinh x / x) for x ≥ 0, with all its digits near 0 and far out. */
export function logSinhRatio(x: Value): Value {
  const far = maximum(x, 0.2);
  const plain = add(far, log(div(sub(1, exp(mul(far, -2))), mul(far, 2))));
  const near = square(minimum(x, 0.2));
  const series = mul(near, add(mul(near, add(mul(near, 1 / 2835), -1 / 180)), 1 / 6));
  return where(less(x, 0.2), series, plain);
}
