import { readdirSync } from 'node:fs';
import { sgd } from '../../src/index.js';
import { corners, smallVAE } from '../vae/small.js';

/** Memory of the process in MB: what is resident now. */
const resident = () => process.memoryUsage().rss / 2 ** 20;

/** What else a process holds: open files and sockets, and what keeps it alive. */
function handles(): number {
  const files = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  return files + process.getActiveResourcesInfo().length;
}

/**
 * Trains a tiny model for so many steps.
 * @returns the most memory, in MB, that was seen in the first tenth, and after it
 */
export async function longRun(steps: number): Promise<{ early: number; late: number }> {
  const seen = { early: 0, late: 0 };
  let step = 0;
  await smallVAE().fit(corners(1600), {
    epochs: steps / 100,
    batchSize: 16,
    optimizer: sgd({ learningRate: 0.001 }),
    checkpoint: { steps: Math.max(1000, steps / 20) },
    stepsPerCall: 50,
    callbacks: [
      {
        onProgress() {
          step += 50;
          // Calls allocate outside of the heap, which is freed when the heap is collected.
          if (step % 500 === 0) globalThis.gc?.();
          const part = step <= Math.max(1000, steps / 10) ? 'early' : 'late';
          seen[part] = Math.max(seen[part], resident());
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
    globalThis.gc?.();
    if (i === Math.ceil(count / 10)) before = measured();
  }
  return { before, after: measured() };
}
