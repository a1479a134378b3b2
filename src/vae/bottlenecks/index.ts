/**
 * Bottlenecks: how features become latents, and the prior of the latents. An objective chooses one.
 */
export type { Bottleneck } from './bottleneck.js';
export { deterministic } from './deterministic.js';
export { gaussian } from './gaussian.js';
export {
  type Quantized,
  type VectorQuantizedOptions,
  vectorQuantized,
} from './vector-quantized.js';
