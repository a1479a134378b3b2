import type { Numbers } from '../numbers.js';

/** The examples whose latents are watched while a model learns. */
export interface Watched {
  /**
   * Way in which their latents lie on the map: as they are, by their main directions, or on a line;
   * or not at all.
   */
  readonly map: 'latents' | 'components' | 'line' | 'none';
  readonly count: number;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  /** A few examples that are drawn again and again. */
  readonly originals?: Numbers;
  /** Tells whether the model is not trained on these. */
  readonly areNew: boolean;
}

/** A moment of a training. */
export interface Frame {
  /** Steps done, and the same in epochs. */
  readonly step: number;
  readonly epochs: number;
  /** Places of the watched examples on the map: x and y of each in turn; empty where there is none. */
  readonly places: Float32Array;
  /** The place of the prior's mean. */
  readonly centre: readonly [x: number, y: number];
  /** The KL divergence of each latent in nats, the mean over the examples; empty without a posterior. */
  readonly kl: Float32Array;
  /** Use of each code of a codebook, as a share; empty without one. */
  readonly usage: Float32Array;
  /** Reconstructions of the few examples, and examples drawn from the same latents, in bytes each. */
  readonly made: Uint8Array;
  readonly samples: Uint8Array;
}

/** A training as it can be replayed. */
export interface Learning {
  readonly watched: Watched;
  readonly frames: readonly Frame[];
}

/** Frames at most: nobody looks at more one by one. */
const mostFrames = 128;

/**
 * Frames with one more. The latest stays. Many frames are thinned: the rest lie evenly over the training,
 * and so will frames to come.
 */
export function framesWith(frames: readonly Frame[], frame: Frame): readonly Frame[] {
  const spacing = spacingOf(frames);
  const [before, last] = frames.slice(-2);
  const isClose = before && last && last.step - before.step < spacing;
  const longer = [...(isClose ? frames.slice(0, -1) : frames), frame];
  return longer.length > mostFrames ? thinned(longer) : longer;
}

/** Frames up to a step. */
export const framesUntil = (frames: readonly Frame[], step: number): readonly Frame[] =>
  frames.filter((frame) => frame.step <= step);

/** Steps that must lie between two frames: about as many as between the first two. */
const spacingOf = ([first, second]: readonly Frame[]) =>
  first && second ? 0.75 * (second.step - first.step) : 0;

/** About half of the frames, evenly over their steps, with the first and the last. */
function thinned(frames: readonly Frame[]): readonly Frame[] {
  const last = frames.at(-1)!;
  const spacing = (2 * last.step) / mostFrames;
  let next = Number.NEGATIVE_INFINITY;
  return frames.filter((frame) => {
    if (frame !== last && frame.step < next) return false;
    next = frame.step + spacing;
    return true;
  });
}
