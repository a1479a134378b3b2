/**
 * Training by epochs, of any model that gives a step's program. `fit.ts` is the entry, `training.ts` owns
 * one training, `loop.ts` the order of steps and calls; `feeder.ts` fills batches and noise,
 * `checkpoint.ts` holds all that a resumed training needs, `fit-options.ts` describes the settings.
 */
export { type Callback, notify, type Progress, type TrainingEnd } from './callbacks.js';
export { type Checkpoint, finiteText } from './checkpoint.js';
export type { Change, Controls } from './controls.js';
export {
  afterTraining,
  type EpochMetrics,
  evaluateObjective,
  type Metrics,
  numberAt,
} from './evaluate.js';
export { fit } from './fit.js';
export { type FitData, fitData } from './fit-data.js';
export { fitShape, trainingShape } from './fit-options.js';
export { describeNonFinite, type NonFinite } from './non-finite.js';
export {
  type Phase,
  type Profile,
  type ProfiledCall,
  type ProfileEntry,
  profileOf,
  type TraceEvent,
} from './profile.js';
export {
  type FitOptions,
  type FitResult,
  type FitSettings,
  fitSettings,
  type Stop,
} from './settings.js';
