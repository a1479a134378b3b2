/**
 * Bottlenecks: how features become latents, and the prior of the latents. An objective chooses one.
 */
export {
  type Bottleneck,
  type DrawingSources,
  type Draws,
  type EncodingSources,
  hasDensity,
} from './bottleneck.js';
export { deterministic } from './deterministic.js';
export { inverseAutoregressive, simpleFlow } from './flowed.js';
export { gaussian } from './gaussian.js';
export { hamiltonian } from './hamiltonian.js';
export { hierarchicalGaussian } from './hierarchical.js';
export { type Directed, hyperspherical } from './hyperspherical.js';
export { poincareBall } from './poincare-ball.js';
export { type ResiduallyQuantized, residuallyQuantized } from './residual-quantized.js';
export { riemannianHamiltonian } from './riemannian-hamiltonian.js';
export { spatialGaussian } from './spatial-gaussian.js';
export { temperings } from './tempering.js';
export { type VampOptions, vamp } from './vamp.js';
export { type Quantized, vectorQuantized } from './vector-quantized.js';
