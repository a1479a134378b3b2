/**
 * Batches cut into microbatches, whose means and sums are summed up: how values depend on examples (`mean.ts`), the
 * means and sums that a step follows from (`sums.ts`), how many examples a microbatch has (`size.ts`), and a step as
 * models for workers beside one another (`step.ts`, by `models.ts`). The loop over microbatches inside one model is in
 * `../onnx/`.
 */
export { isMeanOver, mixingPart } from './mean.js';
export { microbatchSize } from './size.js';
export { toMicrobatchedStep } from './step.js';
export { type Parted, partedOver } from './sums.js';
