/**
 * Trackers follow a training from outside: `track.ts` makes the callback that tells them, `tracker.ts` is the door of
 * a tracker, and each has a folder of its own.
 */
export { type Histogram, histogramOf } from './histogram.js';
export { type MlflowOptions, mlflow } from './remote/mlflow.js';
export { type WandbOptions, wandb } from './remote/wandb.js';
export { type TensorBoardOptions, tensorBoard } from './tensorboard/tensorboard.js';
export { type TrackOptions, track } from './track.js';
export type { Entry, TrackedRun, Tracker } from './tracker.js';
