/**
 * Batches cut into microbatches, whose means are summed: whether a program allows it (`mean.ts`),
 * how many examples a microbatch has (`size.ts`), and a step as models for workers beside one another (`step.ts`, by
 * `models.ts`). The loop over microbatches inside one model is in `../onnx/`.
 */
export { isMeanOver, mixingPart } from './mean.js';
export { microbatchSize } from './size.js';
export { toMicrobatchedStep } from './step.js';
