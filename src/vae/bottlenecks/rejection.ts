import { gaussLegendre } from '../../base/quadrature.js';
import {
  add,
  argMax,
  cast,
  constant,
  gatherElements,
  mul,
  squeeze,
  sum,
  unsqueeze,
  type Value,
  withGradient,
} from '../../graph/index.js';

/*
 * Draws by rejection among a fixed number of proposals, as a program has no loop that ends by chance; and their
 * gradients by implicit reparameterization (Figurnov et al. 2018, eq. 5, https://arxiv.org/abs/1805.08498): a
 * draw x moves with a parameter so that it stays at its quantile, dx/dκ = −(∂F/∂κ) / q(x). That has no bias, and
 * the gradient of the accepted proposal has one: it leaves out that the parameter also decides which is accepted
 * (Naesseth et al. 2017).
 */

/**
 * Proposals a draw, of which the first that is accepted is taken. The distributions here accept 0.65 of them or
 * more, so that all are refused once in 10¹⁰ draws; the first one is taken then.
 */
export const proposals = 24;

/** Nodes of the quadratures. */
const { nodes, weights } = gaussLegendre(32);
const shape = [1, 1, nodes.length];

/** The first that is accepted. @param proposed [batch, count, proposals] @returns [batch, count] */
export function firstAccepted(proposed: Value, isAccepted: Value): Value {
  const first = unsqueeze(argMax(cast(isAccepted, 'float32'), 2), [2]);
  return squeeze(gatherElements(proposed, first, 2), [2]);
}

/** ∫ f from `from` on over a length, both [batch, count]. @param f of points [batch, count, nodes] */
export function integral(from: Value, length: Value, f: (at: Value) => Value): Value {
  const inner = (x: Value) => unsqueeze(x, [-1]);
  const at = add(inner(from), mul(inner(length), constant(nodes, shape, from.dtype)));
  return mul(length, sum(mul(f(at), constant(weights, shape, from.dtype)), { axes: [-1] }));
}

/**
 * Draws with their slope by a parameter.
 * @param draws [batch, count]
 * @param parameter [batch, 1]
 * @param slope gives the derivatives of the draws, [batch, count]
 */
export function movingWith(draws: Value, parameter: Value, slope: () => Value): Value {
  return withGradient(draws, [parameter], (gradient) => [
    sum(mul(gradient, slope()), { axes: [1], keepDims: true }),
  ]);
}
