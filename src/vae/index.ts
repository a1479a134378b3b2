export { describeHealth, type Health } from './health.js';
export {
  type LikelihoodName,
  type LikelihoodOptions,
  likelihoodNames,
} from './likelihoods/index.js';
export type { Labels } from './model/labels.js';
export type { Summary, SummaryRow } from './model/summary.js';
export type { Remedy } from './non-finite.js';
export * from './objectives/all.js';
export {
  type Objective,
  type ObjectiveContext,
  objectiveFromConfig,
  objectiveNames,
} from './objectives/index.js';
export { fromConfig, type ModelConfig, modelSchema, type VAEOptions } from './options.js';
export { type KlOptions, type Posterior, sampling } from './posterior.js';
export { formatProfile, type MeasuredProfile, profile } from './uses/profile.js';
export {
  type Encoding,
  type FitOptions,
  type History,
  type LabelOptions,
  type LoadOptions,
  NonFiniteError,
  VAE,
} from './vae.js';
