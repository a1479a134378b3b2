import { add, negate, type Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import type { Network } from '../model/network.js';

/** log p(x | z) − KL(q(z | x) ‖ p(z)) in nats of each example, [batch], with one draw of z. */
export function elboOf(network: Network, batch: Batch, scope: Scope): Value {
  const { z, kl } = network.drawWithKl(network.encode(batch, scope), batch, scope);
  return negate(add(network.negativeLogLikelihood(batch, z, scope), kl));
}
