export { describeHealth, type Health } from './health.js';
export type { LikelihoodName } from './likelihoods/index.js';
export { fromConfig, type ModelConfig, modelSchema, type VAEOptions } from './options.js';
export { type KlOptions, type Posterior, sampling } from './posterior.js';
export type { Summary, SummaryRow } from './summary.js';
export { type FitOptions, type History, NonFiniteError, VAE } from './vae.js';
