import { asinh, div, mul, sub, sum, unsqueeze, type Value } from '../../../graph/index.js';
import type { Scope } from '../../../nn/index.js';
import { exponential, held, lengthOf, seenFrom, squared } from './ball.js';

/**
 * Signed hyperbolic distances of points from planes of the ball, as a dense layer gives in flat space (Mathieu
 * et al. 2019, §3.2, eq. 12). As in the authors' code plane k goes through exp₀(bias · weight) at right angles
 * to its weight. Parameters: `weight` [planes, latent], `bias` [planes, 1].
 * @param z [batch, latent]
 * @returns [batch, planes]
 */
export function gyroplanes(z: Value, planes: number, c: number, scope: Scope): Value {
  const latent = z.shape[1] as number;
  const weight = scope.parameter('weight', [planes, latent], 'heUniform');
  const bias = scope.parameter('bias', [planes, 1], 'zeros');
  const through = held(exponential(mul(weight, bias), c), c);
  const seen = held(seenFrom(unsqueeze(through, [0]), unsqueeze(z, [1]), c), c);
  const along = sum(mul(seen, div(weight, lengthOf(weight))), { axes: [-1] });
  const flat = sub(1, mul(sum(squared(seen), { axes: [-1] }), c));
  return mul(asinh(div(mul(along, 2 * Math.sqrt(c)), flat)), 1 / Math.sqrt(c));
}
