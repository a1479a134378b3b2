import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sgd } from '../../src/index.js';
import { corners, smallVAE } from '../vae/small.js';

/** The process's resident memory now, in MB. */
const resident = () => process.memoryUsage().rss / 2 ** 20;

setFlagsFromString('--expose-gc');
/** Frees garbage. V8 would leave it until its heap, which it sizes itself, is full. */
const collect = runInNewContext('gc') as () => void;

/** Counts the files, sockets and other handles that a process holds. */
function handles(): number {
  const files = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  return files + process.getActiveResourcesInfo().length;
}

/** The first steps of a long run: ten epochs and two checkpoints. */
const firstSteps = 1000;

/**
 * Trains a tiny model for so many steps.
 * @returns the most memory, in MB, that was seen in the first 1,000 steps, and in all
 */
export async function longRun(steps: number): Promise<{ first: number; all: number }> {
  const seen = { first: 0, all: 0 };
  let step = 0;
  await smallVAE().fit(corners(1600), {
    epochs: steps / 100,
    batchSize: 16,
    optimizer: sgd({ learningRate: 0.001 }),
    checkpoint: { steps: 500 },
    stepsPerCall: 50,
    callbacks: [
      {
        onProgress() {
          step += 50;
          if (step % 500 === 0) collect();
          seen.all = Math.max(seen.all, resident());
          if (step <= firstSteps) seen.first = seen.all;
        },
        onCheckpoint() {},
      },
    ],
  });
  return seen;
}

/**
 * Fits so many models one after another in this process.
 * @returns handles and memory in MB after the first tenth, and at the end
 */
export async function manyFits(count: number) {
  const data = corners(64);
  const measured = () => ({ handles: handles(), memory: resident() });
  let before = measured();
  for (let i = 1; i <= count; i++) {
    const vae = smallVAE({ seed: i });
    await vae.fit(data, { epochs: 1, batchSize: 16, validation: data });
    await vae.encode(data.images);
    await vae.release();
    collect();
    if (i === Math.ceil(count / 10)) before = measured();
  }
  return { before, after: measured() };
}
