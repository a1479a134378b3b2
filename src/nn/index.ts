/*
 * Neural networks as plain data and functions over graph values. layers/, optimizers/ and schedules/
 * hold a file a kind and list them; layer.ts and optimizer.ts define a layer and an optimizer; scope.ts
 * tells how layers get parameters and noise.
 */
export type { ActivationName } from './activations.js';
export { type Initializer, initialize, initializerSchema } from './initializers.js';
export {
  activationOf,
  applyLayers,
  type Layer,
  type LayerObserver,
  layer,
  layerName,
} from './layer.js';
export * from './layers/index.js';
export { type MadeOptions, made } from './made.js';
export type { Optimizer } from './optimizer.js';
export * from './optimizers/index.js';
export {
  type LearningRate,
  learningRateSchema,
  type Schedule,
  type ScheduleMoment,
  type ScheduleOptions,
  scheduleNames,
  scheduleSchema,
  valueAt,
  watchedMetric,
} from './schedules/index.js';
export { type ByParts, createScope, type NoiseKind, type Scope, type State } from './scope.js';
