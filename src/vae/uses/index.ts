/*
 * Uses of a model, a file a subject: fit.ts trains it; infer.ts encodes and decodes; sample.ts draws;
 * layer-outputs.ts shows each layer; estimate.ts, annealed.ts, score.ts, gradients.ts and examine.ts measure;
 * impute.ts fills gaps, by draws that weighted.ts carries; export.ts and persist.ts write and read files;
 * profile.ts tells where a step's time goes. Each takes the model, its tensors and its engine as they are
 * when a call begins.
 */
export { type AnnealedEstimate, type AnnealingOptions, annealedLogLikelihood } from './annealed.js';
export * from './estimate.js';
export * from './examine.js';
export * from './export.js';
export * from './fit.js';
export * from './gradients.js';
export { type Imputation, type ImputeOptions, impute } from './impute.js';
export * from './infer.js';
export * from './layer-outputs.js';
export * from './persist.js';
export * from './sample.js';
export { type ScoreOptions, type Scores, score } from './score.js';
export type { LikelihoodEstimate } from './weights.js';
