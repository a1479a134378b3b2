import type { TrainingEnd } from '../training/index.js';
import type { Histogram } from './histogram.js';

/** A run, as it begins to be followed. */
export interface TrackedRun {
  /** The `config.json` of a run: how the model is built, and how it is trained. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The model's layers as text. */
  readonly summary: string;
}

/** Numbers and pictures of a moment of a training. */
export interface Entry {
  /** Steps of the training that are done. */
  readonly step: number;
  /** The epoch that has ended; left out within an epoch. */
  readonly epoch?: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly scalars?: Readonly<Record<string, number>>;
  /** PNG files by name. */
  readonly pictures?: Readonly<Record<string, Uint8Array>>;
  readonly histograms?: Readonly<Record<string, Histogram>>;
}

/** A place where a training is followed, such as the files that TensorBoard reads. */
export interface Tracker {
  readonly name: string;
  /**
   * Begins to follow a run, or goes on after a resume.
   * @param step the first step that will be told; later ones of an earlier attempt did not count
   */
  begin(run: TrackedRun, step: number): Promise<void>;
  /** Takes numbers and pictures, in the order of the training. */
  record(entry: Entry): Promise<void>;
  /** Hears of the training's end. */
  end(end: TrainingEnd): Promise<void>;
  /** Takes files of the finished run, by their paths in its folder; missing where it takes none. */
  keep?(files: readonly string[]): Promise<void>;
}
