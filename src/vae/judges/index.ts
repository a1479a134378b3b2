export {
  type Disentanglement,
  type DisentanglementOptions,
  disentanglement,
} from './disentanglement.js';
export { frechetDistance } from './frechet.js';
export { type Distances, type Judgement, type JudgeOptions, judge } from './judge.js';
export { type Estimate, type KernelDistanceOptions, kernelDistance } from './kernel-distance.js';
export type { LikelihoodJudgement, WeightedLikelihood } from './likelihood.js';
export type { MeanOfExamples } from './mean.js';
export { type Neighbours, neighbours } from './neighbours.js';
export { type PictureLikeness, pictureLikeness } from './pictures.js';
