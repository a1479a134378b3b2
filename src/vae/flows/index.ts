/*
 * Normalizing flows: invertible maps of latents inside a program, with the log determinants of their
 * Jacobians; a file a kind.
 */
export {
  type AutoregressiveOptions,
  autoregressive,
  inverseAutoregressive,
  orderOf,
  undone,
} from './autoregressive.js';
export { chained, type Flowed } from './flow.js';
export { planar } from './planar.js';
export { radial } from './radial.js';
