import type { Tensor } from 'onnxruntime-common';
import { add, mean, mul, negate, square, sum, type Value } from '../../../graph/index.js';
import type { Scope } from '../../../nn/index.js';
import { autoregressive, inverseAutoregressive } from '../../flows/index.js';
import { fitLatents } from '../latent-fit.js';
import type { FitSources } from '../sampler.js';
import { type Direction, type FlowOptions, flowOf } from './options.js';

/** The path of a flow's tensors. */
export const flowPath = 'flow';

const logTwoPi = Math.log(2 * Math.PI);

/** log density of standardized latents z [n, D] in nats: [n]. */
export function logDensity(z: Value, options: FlowOptions, direction: Direction, scope: Scope) {
  const flow = direction === 'toNoise' ? autoregressive : inverseAutoregressive;
  const { z: noise, logDet } = flow(z, flowOf(options, direction), scope.child(flowPath));
  return add(mul(sum(add(square(noise), logTwoPi), { axes: [1] }), -0.5), logDet);
}

/** A flow fitted to latents, as `fitLatents` does it; its tensors are under `flow.`. */
export function fitFlow(
  latents: Tensor,
  sources: FitSources,
  options: FlowOptions,
  direction: Direction,
): Promise<Record<string, Tensor>> {
  return fitLatents(latents, sources, {
    ...options,
    noun: 'flow',
    loss: (z, scope) => negate(mean(logDensity(z, options, direction, scope))),
  });
}
