import { writeFileAtomic } from '#files';
import type { Dataset } from '../data/dataset.js';
import type { VAE } from '../vae/index.js';
import { reconstructionSheet, type SampleOptions, sampleSheet } from './sheets.js';

async function write(path: string, png: Uint8Array): Promise<void> {
  await writeFileAtomic(path, png);
  process.stdout.write(`Written: ${path}\n`);
}

/** Draws examples of all classes of a dataset over their reconstructions. */
export async function drawReconstructions(
  vae: VAE,
  data: Dataset,
  count: number,
  path: string,
): Promise<void> {
  await write(path, await reconstructionSheet(vae, data, count));
}

/** Draws images of the prior. */
export async function drawSamples(vae: VAE, options: SampleOptions, path: string): Promise<void> {
  await write(path, await sampleSheet(vae, options));
}
