import type { Progress } from '../../../src/training/index.js';

/** A moment of a training. */
interface Moment {
  /** Milliseconds. */
  readonly at: number;
  /** Epochs done, with the part of the one under way. */
  readonly epochs: number;
}

/** Milliseconds that a pace is measured over, at least. */
const shortest = 500;

/** Longer than this, and the pace of the present would not be seen. */
const longest = 60_000;

/** Moments that are remembered. */
const mostMoments = 400;

/**
 * Tells how long a training still takes, by the clock: validation, pictures and states that are kept
 * count too. The pace is measured over the later half of the time so far, as the first steps are slow, and
 * at most over the last minute or the last epoch, whichever is longer.
 */
export class TimeLeft {
  private moments: Moment[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes in where training stands. Returns the seconds left; undefined until they can be told. */
  see({ epoch, epochs, step, steps }: Progress): number | undefined {
    const latest = { at: this.now(), epochs: epoch - 1 + step / steps };
    this.moments = thinned([...this.moments, latest]);
    const first = this.moments[0]!;
    const half = latest.at - (latest.at - first.at) / 2;
    const lastEpoch = this.moments.findLast((each) => latest.epochs - each.epochs >= 1)?.at ?? 0;
    const begin = Math.max(half, Math.min(latest.at - longest, lastEpoch));
    const earliest = this.moments.findLast((each) => each.at <= begin) ?? first;
    // Each of the whole epochs has its validation.
    const whole = Math.max(1, Math.floor(latest.epochs - earliest.epochs));
    const isWhole = (each: Moment) => latest.epochs - each.epochs > whole - 1e-9;
    const since = this.moments.findLast(isWhole) ?? earliest;
    const passed = latest.at - since.at;
    const done = latest.epochs - since.epochs;
    if (passed < shortest || done <= 0) return undefined;
    return ((epochs - latest.epochs) * passed) / done / 1000;
  }
}

/** Every other moment of many, and the last one. */
function thinned(moments: Moment[]): Moment[] {
  if (moments.length <= mostMoments) return moments;
  return moments.filter((_, i) => i % 2 === 0 || i === moments.length - 1);
}
