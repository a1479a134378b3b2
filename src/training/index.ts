export { augmentSchema } from './augment.js';
export { evaluateObjective, type Metrics, scheduleAt } from './evaluate.js';
export { sizesAt } from './feeder.js';
export {
  type Callback,
  type EpochMetrics,
  evaluationBatchSize,
  type FitResult,
  type FitSettings,
  fit,
  type Progress,
  type Stop,
} from './fit.js';
export { type FitData, fitData } from './fit-data.js';
export { checkFitOptions, type FitOptions, fitShape } from './fit-options.js';
export {
  CompiledFunction,
  exportFunction,
  type InputSpecs,
  type ModelFunction,
  type NoiseStream,
  parametersOf,
} from './function.js';
export { parseMetrics } from './metrics-lines.js';
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
export { mostConfigText, parseRunConfig, readRunFormat, runFormat } from './run-format.js';
