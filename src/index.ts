export { type Dataset, fromArray, type TensorDataset } from './data/dataset.js';
export * as datasets from './data/datasets.js';
export { UserError } from './data/errors.js';
export * as graph from './graph/index.js';
export {
  type ActivationName,
  activation,
  adam,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type Initializer,
  type Layer,
  layer,
  type Optimizer,
  reshape,
  type Scope,
  sgd,
} from './nn/index.js';
export type { Callback, EpochMetrics, Metrics, Progress, Stop } from './training/index.js';
export * from './vae/index.js';
