import type { Value } from '../../graph/index.js';
import type { Bottleneck } from './bottleneck.js';
import { head } from './gaussian.js';

/** One dense head: an example is a point z [batch, latent]. */
export const deterministic: Bottleneck<Value> = {
  type: 'deterministic',
  encode: (features, latent, scope, sources) => head('mean', features, latent, scope, sources),
  point: (z) => z,
  outputs: (z) => ({ mean: z }),
  describe: (shape) => `mean: float32 [batch, ${shape.join(', ')}]`,
};
