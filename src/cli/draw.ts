import type { Sharp } from 'sharp';
import { writeFileAtomic } from '#files';
import { UserError } from '../base/errors.js';
import { reasonOf } from '../base/excerpt.js';
import type { Dataset } from '../data/dataset.js';
import type { VAE } from '../vae/index.js';
import { pictureEnding } from './options.js';
import { reconstructionSheet, type SampleOptions, sampleSheet } from './sheets.js';

/** Encoders by the file's ending; `picturePath` lets through no other. Colours keep their sharp edges. */
const encoders: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  jpg: (picture) => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  webp: (picture) => picture.webp({ lossless: true }),
  avif: (picture) => picture.avif({ lossless: true }),
};

/** A picture in the format that its file's ending names. */
async function encoded(path: string, png: Uint8Array): Promise<Uint8Array> {
  const encode = encoders[pictureEnding(path) ?? 'png'];
  if (!encode) return png;
  const { default: sharp } = await import('sharp');
  return encode(sharp(png))
    .toBuffer()
    .catch((error: unknown) => {
      // Each format has its own largest size.
      throw new UserError(
        `${path} cannot be written: ${reasonOf(error)}. Use .png, or fewer images.`,
      );
    });
}

/** Writes a picture in the format of its ending, and tells it. */
export async function writePicture(path: string, png: Uint8Array): Promise<void> {
  await writeFileAtomic(path, await encoded(path, png));
  process.stdout.write(`Written: ${path}\n`);
}

/** Draws examples of all classes of a dataset over their reconstructions. */
export async function drawReconstructions(
  vae: VAE,
  data: Dataset,
  count: number,
  path: string,
): Promise<void> {
  await writePicture(path, await reconstructionSheet(vae, data, count));
}

/** Draws images of the prior. */
export async function drawSamples(vae: VAE, options: SampleOptions, path: string): Promise<void> {
  await writePicture(path, await sampleSheet(vae, options));
}
