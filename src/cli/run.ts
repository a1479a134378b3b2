import type { Dataset } from '../data/dataset.js';
import { openDataset } from '../data/datasets.js';
import { RunFolder } from '../training/index.js';
import { VAE } from '../vae/index.js';

/** Options of commands that show data to a trained model. */
export interface DataOptions {
  data?: string;
  split: 'test' | 'train';
}

/** A run's model and the data it is shown. */
export async function openRun(
  path: string,
  options: DataOptions,
): Promise<{ vae: VAE; data: Dataset }> {
  const vae = await VAE.load(path);
  const { training } = await (await RunFolder.open(path)).readConfig();
  const trained = (training as { data?: unknown } | undefined)?.data;
  const { train, test } = await openDataset(options.data ?? String(trained ?? 'mnist'), {
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  return { vae, data: options.split === 'train' ? train : (test ?? train) };
}
