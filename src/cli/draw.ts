import type { Tensor } from 'onnxruntime-common';
import { writeFileAtomic } from '#files';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { mostOnSheet, reconstructionsPicture, samplesPicture } from '../report/index.js';
import type { VAE } from '../vae/index.js';
import { reconstructed } from './pictures.js';

async function write(path: string, png: Uint8Array): Promise<void> {
  await writeFileAtomic(path, png);
  process.stdout.write(`Written: ${path}\n`);
}

/**
 * To be asked before images are computed for a picture.
 * @param shape of one image
 * @param each how many images are drawn for one that is asked for
 * @throws UserError when the picture would be too large
 */
export function checkCount(shape: readonly number[], count: number, each = 1): void {
  const most = Math.floor(mostOnSheet(shape) / each);
  if (count <= most) return;
  const [, height, width] = shape;
  throw new UserError(
    `A picture has room for ${most} images of ${height} x ${width} at most, not ${count}. Ask for fewer by --count; ${
      each === 1 ? 'another --seed gives others' : 'encode writes the latents of all'
    }.`,
  );
}

/** Draws the first images of a dataset over their reconstructions. */
export async function drawReconstructions(
  vae: VAE,
  data: Dataset,
  count: number,
  path: string,
): Promise<void> {
  checkCount(data.shape, Math.min(count, data.size), 2);
  const [originals, reconstructions] = await reconstructed(vae, data, count);
  await write(path, await reconstructionsPicture(originals, reconstructions));
}

/** Draws images in a grid. */
export async function drawSamples(images: Tensor, path: string): Promise<void> {
  await write(path, await samplesPicture(images));
}
