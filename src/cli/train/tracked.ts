import { listDirectory } from '#files';
import { asModelSees } from '../../data/changes/seen.js';
import { lockFile } from '../../runs/run-lock.node.js';
import { type Tracker, track } from '../../tracking/index.js';
import type { Callback } from '../../training/index.js';
import { namedTracker } from '../trackers.js';
import type { Job } from './train-job.js';

/** Trackers that follow the training of a run. */
export interface Followed {
  readonly callbacks: readonly Callback[];
  /** Gives the run's files to the trackers that take them, once all is written. */
  finish(): Promise<void>;
}

const tell = (line: string) => process.stderr.write(`${line}\n`);

/** Files of a run that a tracker keeps: not the lock of this process. */
const isKept = (name: string) =>
  /\.(json|jsonl|safetensors|onnx|png)$/.test(name) && name !== lockFile;

/**
 * Has trackers follow the training of a run, and tells where it can be seen.
 * @param names of trackers
 * @throws UserError when a tracker is not set up
 */
export function followedBy(names: readonly string[], job: Job): Followed {
  const { data, out, settings, training, vae } = job;
  const chosen = [...new Set(names)].map(namedTracker).filter(({ isOff }) => !isOff?.());
  const trackers: Tracker[] = chosen.map(({ create }) => create(out, tell));
  if (trackers.length === 0) return { callbacks: [], finish: async () => undefined };
  const examples = asModelSees(data.validation ?? data.test ?? data.train, settings.augment);
  let hasBegun = false;
  const callback: Callback = {
    ...track(vae, trackers, { examples, training, onTrouble: tell }),
    onStart() {
      hasBegun = true;
      for (const { seen } of chosen) process.stdout.write(`${seen(out)}\n`);
    },
  };
  return {
    callbacks: [callback],
    async finish() {
      if (!hasBegun) return;
      const files = (await listDirectory(out)).filter(isKept);
      for (const tracker of trackers) await tracker.keep?.(files);
    },
  };
}
