import type { Dataset } from '../data/dataset.js';
import type { Callback, Metrics, Progress } from '../training/index.js';
import type { VAE } from '../vae/index.js';
import { FollowedExamples } from './examples.js';
import type { Entry, Tracker } from './tracker.js';

/** Options for following a training. */
export interface TrackOptions {
  /** Examples that pictures and histograms of gradients are of; without them there are none. */
  readonly examples?: Dataset;
  /** Epochs between two sets of pictures and histograms; when left out, there are at most 20 sets. */
  readonly every?: number;
  /** Settings of the run's training, as its `config.json` keeps them. */
  readonly training?: Readonly<Record<string, unknown>>;
  /** Hears, in a line, of a tracker that fails; it is told of nothing more then. A warning when left out. */
  readonly onTrouble?: (line: string) => void;
}

const mostSets = 20;

/** Means over the examples that were seen since another moment of the same epoch. */
class LatestMeans {
  private before: Pick<Progress, 'epoch' | 'examples' | 'metrics'> | undefined;

  take({ epoch, examples, metrics }: Progress): Metrics {
    const { before } = this;
    this.before = { epoch, examples, metrics };
    // A rollback begins the means anew.
    if (before?.epoch !== epoch || before.examples >= examples) return metrics;
    const added = examples - before.examples;
    const latest = Object.entries(metrics).map(([name, mean]) => {
      const known = before.metrics[name]!;
      return [name, known + ((mean - known) * examples) / added];
    });
    return Object.fromEntries(latest);
  }
}

/**
 * A callback that has trackers follow a training: numbers by step and by epoch, settings, pictures, and histograms of
 * parameters and gradients.
 *
 * ```ts
 * const callbacks = [track(vae, [trackers.tensorBoard({ folder: 'logs/first' })], { examples: test })];
 * await vae.fit(train, { epochs: 10, callbacks });
 * ```
 *
 * A tracker that fails is told of, and training goes on without it.
 */
export function track(
  vae: VAE,
  trackers: readonly Tracker[],
  { examples, every, training = {}, onTrouble = console.warn }: TrackOptions = {},
): Callback {
  const latest = new LatestMeans();
  const followed = examples && new FollowedExamples(vae, examples);
  // Set by the first progress, which an epoch's end follows.
  let [step, epochs, epoch] = [0, 1, 0];
  let shownEpoch: number | undefined;
  const working = new Set(trackers);
  // A tracker that fails must not end a training.
  const all = async (action: (tracker: Tracker) => Promise<void>) => {
    for (const tracker of working) {
      try {
        await action(tracker);
      } catch (error) {
        working.delete(tracker);
        onTrouble(`${tracker.name} follows the training no more: ${(error as Error).message}`);
      }
    }
  };
  const record = (entry: Omit<Entry, 'step' | 'time'>) =>
    all((tracker) => tracker.record({ step, time: Date.now(), ...entry }));
  const show = async () => {
    if (!followed) return;
    shownEpoch = epoch;
    const [pictures, histograms] = [await followed.pictures(), await followed.histograms()];
    await record({ epoch, pictures, histograms });
  };
  let begun: Promise<void> | undefined;
  return {
    async onProgress(progress) {
      step = (progress.epoch - 1) * progress.steps + progress.step;
      epochs = progress.epochs;
      const run = () => ({ config: { model: vae.config, training }, summary: vae.summary() });
      begun ??= all((tracker) => tracker.begin(run(), step));
      await begun;
      await record({ scalars: latest.take(progress) });
    },
    async onEpochEnd({ epoch: ended, steps: _, ...scalars }) {
      epoch = ended;
      await record({ epoch, scalars });
      shownEpoch ??= epoch - 1;
      if (epoch - shownEpoch >= (every ?? Math.ceil(epochs / mostSets))) await show();
    },
    async onEnd(end) {
      if (!begun) return;
      if (end.state !== 'failed' && shownEpoch !== undefined && shownEpoch < epoch) await show();
      await all((tracker) => tracker.end(end));
    },
  };
}
