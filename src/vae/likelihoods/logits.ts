import { argMax, log, negate, reshape, sub, type Value } from '../../graph/index.js';

/** [batch, k·C, ...] as [batch, k, C, ...]. */
export function perParameter(parameters: Value, count: number): Value {
  const [batch, channels, ...inner] = parameters.shape;
  return reshape(parameters, [batch!, count, (channels as number) / count, ...inner]);
}

/** The place on an axis of a draw by logits: the largest after Gumbel noise, int64, without the axis. */
export function drawPlace(logits: Value, uniform: Value, axis = 1): Value {
  return argMax(sub(logits, log(negate(log(uniform)))), axis);
}
