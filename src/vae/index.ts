export { describeHealth, type Health } from './health.js';
export type { Labels } from './labels.js';
export {
  type LikelihoodName,
  type LikelihoodOptions,
  likelihoodNames,
} from './likelihoods/index.js';
export type { Remedy } from './non-finite.js';
export {
  autoencoder,
  betaTcVae,
  betaVae,
  type ConditionalOptions,
  capacity,
  conditional,
  freeBits,
  infoVae,
  iwae,
  type Objective,
  type ObjectiveContext,
  objectiveFromConfig,
  objectiveNames,
  type ScheduleOptions,
  vae,
  vqVae,
  waeMmd,
} from './objectives/index.js';
export { fromConfig, type ModelConfig, modelSchema, type VAEOptions } from './options.js';
export { type KlOptions, type Posterior, sampling } from './posterior.js';
export { formatProfile, type MeasuredProfile, profile } from './profile.js';
export type { Summary, SummaryRow } from './summary.js';
export {
  type Encoding,
  type FitOptions,
  type History,
  type LabelOptions,
  type LoadOptions,
  NonFiniteError,
  VAE,
} from './vae.js';
