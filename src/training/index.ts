export type { Callback, Progress } from './callbacks.js';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
export type { Change, Controls } from './controls.js';
export { type EpochMetrics, evaluateObjective, type Metrics, scheduleAt } from './evaluate.js';
export { sizesAt } from './feeder.js';
export { type FitResult, fit } from './fit.js';
export { type FitData, fitData } from './fit-data.js';
export { checkFitOptions, type FitOptions, fitShape } from './fit-options.js';
export { type Footprint, stateMemory } from './footprint.js';
export {
  CompiledFunction,
  exportFunction,
  type InputSpecs,
  type ModelFunction,
  type NoiseStream,
  parametersOf,
} from './function.js';
export { describeNonFinite, type NonFinite } from './guard.js';
export type { Batch, Model, ParameterSpec, Schedule, Terms } from './objective.js';
export { Packing } from './pack.js';
export {
  type Phase,
  type Profile,
  type ProfiledCall,
  type ProfileEntry,
  profileOf,
  type TraceEvent,
} from './profile.js';
export { asFloat, compileEvaluation } from './program.js';
export { zipRun } from './run-files.js';
export { packageSchema, RunFolder } from './run-folder.js';
export { mostConfigText, readRunFormat, runFormat } from './run-format.js';
export { asJudged, asSeen } from './seen.js';
export type { FitSettings, Stop } from './settings.js';
export { under } from './state.js';
