import type { Tensor } from 'onnxruntime-common';
import { writeFileAtomic } from '#files';
import type { Dataset } from '../data/dataset.js';
import { reconstructionsPicture, samplesPicture } from '../report/index.js';
import type { VAE } from '../vae/index.js';
import { firstImages } from './pictures.js';

async function write(path: string, png: Uint8Array): Promise<void> {
  await writeFileAtomic(path, png);
  process.stdout.write(`Written: ${path}\n`);
}

/** Draws the first images of a dataset over their reconstructions. */
export async function drawReconstructions(
  vae: VAE,
  data: Dataset,
  count: number,
  path: string,
): Promise<void> {
  const originals = await firstImages(data, count);
  const labels = vae.labelsOf(data, 0, originals.dims[0]);
  const reconstructions = await vae.reconstruct(originals, { labels });
  await write(path, await reconstructionsPicture(originals, reconstructions));
}

/** Draws images in a grid. */
export async function drawSamples(images: Tensor, path: string): Promise<void> {
  await write(path, await samplesPicture(images));
}
