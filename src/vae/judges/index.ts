export { type AggregatePosterior, aggregatePosterior } from './aggregate.js';
export { type Agreement, agreement, clusters, toldByNeighbours } from './classes.js';
export type { Dci } from './factors/dci.js';
export {
  type Disentanglement,
  type DisentanglementOptions,
  disentanglement,
} from './factors/disentanglement.js';
export { frechetDistance } from './frechet.js';
export { type Judgement, type JudgeOptions, judge } from './judge.js';
export type { FeatureModel } from './judged.js';
export { type Estimate, type KernelDistanceOptions, kernelDistance } from './kernel-distance.js';
export { type Figure, type Figures, measureNames } from './measures/names.js';
export { type Neighbours, neighbours } from './neighbours.js';
export { type OnnxFeatures, type OnnxFeaturesOptions, onnxFeatures } from './onnx-features.js';
export { type PictureLikeness, pictureLikeness } from './pictures.js';
