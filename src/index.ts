export { type Dataset, fromArray, type TensorDataset } from './data/dataset.js';
export * as datasets from './data/datasets.js';
export { UserError } from './data/errors.js';
export * as graph from './graph/index.js';
export {
  type ActivationName,
  activation,
  adam,
  averagePool2d,
  batchNorm,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  globalMaxPool,
  groupNorm,
  type Initializer,
  type Layer,
  layer,
  layerNorm,
  maxPool2d,
  type Optimizer,
  reshape,
  residual,
  type Scope,
  sgd,
  upsample,
} from './nn/index.js';
export type { Callback, EpochMetrics, Metrics, Progress, Stop } from './training/index.js';
export * from './vae/index.js';
