export type { ActivationName } from './activations.js';
export type { Initializer } from './initializers.js';
export { initialize } from './initializers.js';
export {
  activationOf,
  applyLayers,
  type Layer,
  type LayerObserver,
  layer,
  layerName,
} from './layer.js';
export {
  type AveragePool2dOptions,
  activation,
  averagePool2d,
  type BatchNormOptions,
  batchNorm,
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
  type DenseOptions,
  dense,
  dropout,
  flatten,
  type GroupNormOptions,
  globalAveragePool,
  globalMaxPool,
  groupNorm,
  type LayerNormOptions,
  layerFromConfig,
  layerNorm,
  layerSchema,
  layerToConfig,
  type MaxPool2dOptions,
  maxPool2d,
  reshape,
  residual,
  type UpsampleOptions,
  upsample,
} from './layers/index.js';
export type { Optimizer } from './optimizer.js';
export {
  adam,
  adamax,
  adamW,
  lion,
  optimizerFromConfig,
  optimizerSchema,
  rmsprop,
  sgd,
  usualLearningRate,
} from './optimizers/index.js';
export {
  type LearningRate,
  type LearningRateSchedule,
  learningRateAt,
  learningRateSchema,
  watchedMetric,
} from './schedules/index.js';
export { createScope, type NoiseKind, type Scope, type State } from './scope.js';
