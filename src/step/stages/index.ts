/*
 * The stages of an update, from gradients to parameters. Each owns its state: accumulate takes the
 * mean over batches, clip holds it in limits, optimize moves the parameters, average follows them.
 */
import type { Optimizer } from '../../nn/index.js';
import { accumulate } from './accumulate.js';
import { averaging } from './average.js';
import { type ClipOptions, clipping } from './clip.js';
import { optimizing } from './optimize.js';
import type { Stage } from './stage.js';

export { averageKind } from './average.js';
export type { ClipOptions } from './clip.js';
export type { Change, Moment, Stage, StageMemory } from './stage.js';

/** The choices that decide an update's stages; a stage that is left out adds nothing to a step. */
export interface UpdateOptions {
  readonly clipGradients?: ClipOptions | undefined;
  /** Batches that one change of the parameters takes its gradient from; 1 when left out. */
  readonly accumulate?: number | undefined;
  /** The factor of a moving average of the parameters. */
  readonly ema?: number | undefined;
}

/** The stages of a player's update, in order. */
export function stagesOf(optimizer: Optimizer, options: UpdateOptions): readonly Stage[] {
  const { accumulate: batches = 1, clipGradients, ema } = options;
  return [
    ...(batches > 1 ? [accumulate] : []),
    ...(clipGradients ? [clipping(clipGradients)] : []),
    optimizing(optimizer),
    ...(ema === undefined ? [] : [averaging(ema)]),
  ];
}
