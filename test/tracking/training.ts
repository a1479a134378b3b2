import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EpochMetrics, tracking } from '../../src/index.js';
import { corners, smallVAE } from '../vae/small.js';

const data = corners(160);

/**
 * Trains two epochs of five steps that a tracker follows, and gives it a file of the run.
 * @param run the folder of its files
 * @returns the metrics of its epochs
 */
export async function followed(
  tracker: tracking.Tracker,
  run: string,
): Promise<readonly EpochMetrics[]> {
  const vae = smallVAE();
  const lines: EpochMetrics[] = [];
  await vae.fit(data, {
    epochs: 2,
    batchSize: 32,
    stepsPerCall: 1,
    callbacks: [
      { onEpochEnd: (line) => void lines.push(line) },
      tracking.track(vae, [tracker], { examples: data, every: 2, training: { epochs: 2 } }),
    ],
  });
  await writeFile(join(run, 'notes.json'), '{}');
  await tracker.keep!(['notes.json', 'gone.json']);
  return lines;
}
