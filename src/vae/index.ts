/**
 * Variational autoencoders. `vae.ts` is the class that users meet; `model/` builds networks and carries
 * data through them, `uses/` has one file for each use of a model; objectives, likelihoods, bottlenecks
 * and samplers are kinds in folders of their own; `config/` owns settings, `health/` the judgement of a
 * training.
 */
export type { FitOptions } from '../training/index.js';
export { fromConfig, type ModelConfig, modelSchema, type VAEOptions } from './config/options.js';
export { describeHealth, type Health } from './health/health.js';
export type { Remedy } from './health/non-finite.js';
export {
  type LikelihoodName,
  type LikelihoodOptions,
  likelihoodNames,
} from './likelihoods/index.js';
export type { ImageOptions } from './model/engine.js';
export type { LabelOptions } from './model/examples.js';
export type { Labels } from './model/labels.js';
export type { Summary, SummaryRow } from './model/summary.js';
export * from './objectives/all.js';
export {
  type Objective,
  type ObjectiveContext,
  objectiveFromConfig,
  objectiveNames,
} from './objectives/index.js';
export { type KlOptions, type Posterior, sampling } from './posterior.js';
export type { ExportedProgram } from './programs/index.js';
export type { ProgramTarget } from './programs/target.js';
export { type Sampler, samplerFromConfig, samplerNames } from './samplers/index.js';
export type { AnnealedEstimate, AnnealingOptions } from './uses/annealed.js';
export type { EvaluateOptions, LikelihoodEstimateOptions } from './uses/estimate.js';
export type { HealthOptions } from './uses/examine.js';
export { type History, NonFiniteError } from './uses/fit.js';
export type { GradientOptions, ValueAndGradients } from './uses/gradients.js';
export type { Imputation, ImputeOptions } from './uses/impute.js';
export type { Encoding } from './uses/infer.js';
export type { LoadOptions } from './uses/persist.js';
export { formatProfile, type MeasuredProfile, profile } from './uses/profile.js';
export type { SampleOptions } from './uses/sample.js';
export type { ScoreOptions, Scores } from './uses/score.js';
export type { LikelihoodEstimate } from './uses/weights.js';
export { VAE } from './vae.js';
