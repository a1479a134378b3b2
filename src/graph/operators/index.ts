/**
 * The operators, by family. Each checks its operands and states its shape rule; its type is its name
 * in ONNX, but for `ConvWeightGradient`, which is always rewritten. Derivatives are in `../gradient/`.
 */
export {
  conv2d,
  convTranspose2d,
  convWeightGradient,
  unitWindow,
  type Window,
} from './convolution.js';
export * from './elementwise.js';
export { digamma, logGamma } from './gamma.js';
export * from './matrix.js';
export {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  type NormalizedBatch,
  normalizeWith,
} from './normalization.js';
export { averagePool2d, maxPool2d, maxUnpool2d, type PoolWindow } from './pooling.js';
export * from './reduction.js';
export { upsampleBilinear, upsampleNearest } from './resize.js';
export * from './shape.js';
