import type { Tensor } from 'onnxruntime-common';
import type { VAE } from '../../../../src/index.js';
import { decodeLearning, encodeLearning } from './file.js';
import { type Frame, framesUntil, framesWith, type Learning, type Watched } from './frames.js';
import { type Moment, Watch, type WatchedData } from './watch.js';

/** Hears of recorded frames. */
export interface LearningEvents {
  /** A training is watched; where a run goes on, its frames from before are there. */
  onWatched(learning: Learning): void;
  onFrame(frame: Frame): void;
}

/** Milliseconds between two frames at the least, and how many times as long as a frame takes. */
const fewestMilliseconds = 250;
const restFactor = 20;

/** Records how the latents of some examples move while a model learns. */
export class Recorder {
  private rested = Number.NEGATIVE_INFINITY;
  private isKept = false;

  private constructor(
    private readonly watch: Watch,
    private readonly events: LearningEvents,
    private frames: readonly Frame[],
  ) {}

  /**
   * @param vae a model for this alone, which gets its parameters from the one that learns
   * @param before the record of the same run as a file, and the step from which it goes on
   */
  static async of(
    vae: VAE,
    examples: WatchedData,
    events: LearningEvents,
    before: { readonly bytes: Uint8Array<ArrayBuffer> | undefined; readonly step: number },
  ): Promise<Recorder> {
    const watch = await Watch.of(vae, examples);
    const { watched } = watch;
    const known = before.bytes && decodeLearning(before.bytes);
    const frames =
      known && isSame(known.watched, watched) ? framesUntil(known.frames, before.step) : [];
    events.onWatched({ watched, frames });
    return new Recorder(watch, events, frames);
  }

  /** Records a moment, unless the one before was so short ago that training would be slower for it. */
  async see(moment: Moment, parameters: Readonly<Record<string, Tensor>>): Promise<void> {
    if (performance.now() >= this.rested) await this.record(moment, parameters);
  }

  /** Records a moment that no other comes after. */
  async end(moment: Moment, parameters: Readonly<Record<string, Tensor>>): Promise<void> {
    if (this.frames.at(-1)?.step !== moment.step) await this.record(moment, parameters);
  }

  /** The record as a file; undefined when there is nothing new since it was last asked for. */
  file(): Uint8Array<ArrayBuffer> | undefined {
    if (this.isKept || this.frames.length === 0) return undefined;
    this.isKept = true;
    return encodeLearning({ watched: this.watch.watched, frames: this.frames });
  }

  private async record(
    moment: Moment,
    parameters: Readonly<Record<string, Tensor>>,
  ): Promise<void> {
    const began = performance.now();
    const frame = await this.watch.frame(moment, parameters, this.frames.at(-1));
    if (frame) {
      this.frames = framesWith(this.frames, frame);
      this.isKept = false;
      this.events.onFrame(frame);
    }
    const ended = performance.now();
    this.rested = ended + Math.max(fewestMilliseconds, restFactor * (ended - began));
  }
}

const isSame = (a: Watched, b: Watched) => a.map === b.map && a.count === b.count;
