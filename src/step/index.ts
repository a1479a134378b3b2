/*
 * A model's step as one program:
 * - model.ts: a model and its players, as far as training must know them
 * - layout.ts, packing.ts and keys.ts: how the state lies, and its names
 * - stages/ and update.ts: how gradients change parameters
 * - traced.ts: an objective over a batch
 * - computed.ts: its gradients, whole, by microbatches or by ranks
 * - program.ts: the step itself
 * - function.ts: a model's other functions; function-lanes.ts: the same by lanes beside one another; whole.ts: their
 *   results, put together from several calls; noise-stream.ts: the noise of calls
 * - fixing.ts: functions with their parameters inside
 * - state-memory.ts: where the state lives between calls
 * - footprint.ts and call-size.ts: how much memory a step takes, how many examples a call may have
 */
export { paysToFix } from './fixing.js';
export { type Footprint, stateMemory } from './footprint.js';
export {
  CompiledFunction,
  exportFunction,
  type InputSpecs,
  type ModelFunction,
  type Part,
  parametersOf,
} from './function.js';
export { KeptFunctions } from './kept-functions.js';
export { feedName, mainPlayer, nextOf } from './keys.js';
export { type Feeds, Layout } from './layout.js';
export type { Batch, Model, NumberAt, ParameterSpec, Player, Terms } from './model.js';
export { drawNoise, noiseArray, noiseTensor, noiseType, sizesAt } from './noise.js';
export type { NoiseStream } from './noise-stream.js';
export {
  compileEvaluation,
  compileTraining,
  type LoopedEvaluation,
  type LoopedObjective,
  type StepWork,
  stepWork,
} from './program.js';
export type { UpdateOptions } from './stages/index.js';
export { type StateMemory, stateMemoryOf } from './state-memory.js';
export { asFloat } from './traced.js';
export type { NoiseInput } from './tracing.js';
export { type PlayerSettings, UpdateClock, type UpdateSettings, updateStages } from './update.js';
export { Whole } from './whole.js';
