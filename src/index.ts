export { Tensor } from 'onnxruntime-common';
export { UserError } from './base/errors.js';
export type { ColumnKind, TableColumn } from './data/column.js';
export { type Dataset, fromArray, type TensorDataset } from './data/dataset.js';
export * as datasets from './data/datasets.js';
export type { ExampleOptions, InputDescription } from './data/input.js';
export {
  measureQuality,
  type QualityOptions,
  type QualityReport,
  type QualityRows,
  type QualitySources,
  qualityRows,
  type RowSource,
} from './data/quality/index.js';
export * as graph from './graph/index.js';
export {
  type ActivationName,
  type AttentionOptions,
  activation,
  adam,
  adamax,
  adamW,
  attention,
  averagePool1d,
  averagePool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  dense,
  dropout,
  flatten,
  gatedDense,
  globalAveragePool,
  globalMaxPool,
  groupNorm,
  type Initializer,
  type Layer,
  type LearningRate,
  layer,
  layerNorm,
  lion,
  type MaskedConv2dOptions,
  maskedConv2d,
  maxPool1d,
  maxPool2d,
  type Optimizer,
  reshape,
  residual,
  rmsprop,
  type Schedule,
  type ScheduleOptions,
  type Scope,
  sgd,
  upsample,
  upsample1d,
} from './nn/index.js';
export * as schedules from './nn/schedules/index.js';
export * as report from './report/index.js';
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type HubOptions,
  type HubProgress,
  RunFolder,
  zipRun,
} from './runs/index.js';
export { joinMpi } from './runtime/ranks/join.js';
export type { MpiRanks, Ranks } from './runtime/ranks/ranks.js';
export { type Device, flushDenormals } from './runtime/session.js';
export * as sharing from './sharing/index.js';
export type { Footprint } from './step/index.js';
export {
  type MethodOptions,
  type SettingOptions,
  type SweepOptions,
  type SweepRun,
  type SweepRunning,
  type Swept,
  sweep,
  type Trial,
} from './sweep/index.js';
export * as tracking from './tracking/index.js';
export type {
  Callback,
  Change,
  Checkpoint,
  Controls,
  EpochMetrics,
  Metrics,
  NonFinite,
  Profile,
  ProfileEntry,
  Progress,
  Stop,
  TraceEvent,
  TrainingEnd,
} from './training/index.js';
export { type Config, defineConfig } from './vae/config/define-config.js';
export { settingsFor, type WantedSettings } from './vae/config/settings-for.js';
export * from './vae/index.js';
export * as judges from './vae/judges/index.js';
export * as latentSpace from './vae/latent-space/index.js';
export * as samplers from './vae/samplers/all.js';
