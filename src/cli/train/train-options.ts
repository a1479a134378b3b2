import type { FlagValues } from '../config/run-flags.js';

/** Options of the command itself, beside the flags of a run's settings. */
export interface TrainOptions extends FlagValues {
  readonly config?: string;
  readonly profile?: boolean;
  readonly out?: string;
  readonly resume?: string;
  /** The epoch after which it ends, as if it was stopped. */
  readonly stopAfter?: number;
  /** Names of trackers. */
  readonly track?: readonly string[];
}
