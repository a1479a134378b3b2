import { type Value, within } from '../../graph/index.js';
import { dense, type Layer, type Scope } from '../../nn/index.js';
import { exampleKl, type Posterior, sampling } from '../posterior.js';
import { standardNormal } from '../samplers/index.js';
import type { Bottleneck, EncodingSources } from './bottleneck.js';

/**
 * A dense layer from features to [batch, latent], named by its path.
 * @param apply the layer to the features, by parameters of the scope; to all of an example when left out
 */
export function head(
  name: string,
  features: Value,
  latent: number,
  scope: Scope,
  { initializer, observe }: Pick<EncodingSources, 'initializer' | 'observe'>,
  apply: (layer: Layer, own: Scope) => Value = (layer, own) => layer.apply(features, own),
): Value {
  const layer = dense(latent, initializer && { initializer });
  const output = within({ part: name }, () => apply(layer, scope.child(name)));
  observe?.(name, layer, output);
  return output;
}

/** A diagonal Gaussian q(z | x) from two dense heads, and the prior N(0, I). */
export const gaussian: Bottleneck<Posterior> = {
  type: 'gaussian',
  encode: (features, latent, scope, sources) => ({
    mean: head('mean', features, latent, scope, sources),
    logVariance: head('logVariance', features, latent, scope, sources),
  }),
  point: ({ mean }) => mean,
  outputs: ({ mean, logVariance }) => ({ mean, log_variance: logVariance }),
  describe: (shape) => `mean, log_variance: float32 [batch, ${shape.join(', ')}]`,
  kl: exampleKl,
  posterior: (posterior) => posterior,
  sampling,
  prior: standardNormal(),
};
