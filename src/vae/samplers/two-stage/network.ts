import {
  add,
  concat,
  exp,
  mean,
  mul,
  negate,
  square,
  sub,
  sum,
  type Value,
} from '../../../graph/index.js';
import { dense, type Scope } from '../../../nn/index.js';
import { exampleKl, type Posterior, sampling } from '../../posterior.js';
import type { NetworkOptions } from './options.js';

/** The path of the second VAE's tensors. */
const path = 'second';

/** Hidden layers with ReLU, and beside their output their input: [batch, hidden + width]. */
function hidden(x: Value, { hidden: units, layers }: NetworkOptions, scope: Scope): Value {
  let features = x;
  for (let i = 0; i < layers; i++) {
    features = dense(units, { activation: 'relu' }).apply(features, scope.child(`${i}`));
  }
  return concat([x, features], 1);
}

/** q(u | z) of latents z [batch, width]: as many second latents. */
function encode(z: Value, options: NetworkOptions, scope: Scope): Posterior {
  const own = scope.child(path);
  const features = hidden(z, options, own.child('encoder'));
  const width = z.shape[1] as number;
  const head = (name: string) => dense(width).apply(features, own.child(name));
  return { mean: head('mean'), logVariance: head('logVariance') };
}

/** p(z | u): means [batch, width], and the logarithm of the deviation, one number for all. */
export function decode(
  u: Value,
  options: NetworkOptions,
  scope: Scope,
): { readonly location: Value; readonly logDeviation: Value } {
  const own = scope.child(path);
  const features = hidden(u, options, own.child('decoder'));
  return {
    location: dense(u.shape[1] as number).apply(features, own.child('location')),
    logDeviation: own.parameter('logDeviation', [], 'zeros'),
  };
}

/** The second VAE's negative ELBO of latents z [batch, width] in nats, the mean over them: a scalar. */
export function secondLoss(z: Value, options: NetworkOptions, scope: Scope): Value {
  const posterior = encode(z, options, scope);
  const u = sampling.apply(posterior, scope.child(path).child('sampling'));
  const { location, logDeviation } = decode(u, options, scope);
  const width = z.shape[1] as number;
  const scaled = mul(sub(z, location), exp(negate(logDeviation)));
  const error = mul(sum(square(scaled), { axes: [1] }), 0.5);
  const volume = add(mul(logDeviation, width), (width / 2) * Math.log(2 * Math.PI));
  return mean(add(add(error, volume), exampleKl(posterior)));
}
