import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { ofEachClass } from '../data/changes/spread.js';
import type { Dataset } from '../data/dataset.js';
import type { VAE } from '../vae/index.js';
import { joined, piecesOf } from '../vae/model/examples.js';

/** Samples that are drawn when no count is given. */
const usualSamples = 64;

/** The same of each class, where the model sees labels; of all classes no more than `mostOfClasses`. */
const usualOfClass = 8;
const mostOfClasses = 400;

/**
 * Checks, before images are computed, that a picture has room for them.
 * @param shape of one image
 * @param most how many there is room for
 * @param instead how others can be had
 * @throws UserError when it has not
 */
function checkRoom(shape: readonly number[], count: number, most: number, instead: string): void {
  if (count <= most || shape.length !== 3) return;
  const [, height, width] = shape;
  throw new UserError(
    `A picture has room for ${most} images of ${height} x ${width} at most, not ${count}. Ask for fewer by --count; ${instead}.`,
  );
}

/**
 * Examples of all classes over their reconstructions, as a PNG file. Large ones are made smaller.
 * @throws UserError when a picture has no room for so many
 */
export async function reconstructionSheet(
  vae: VAE,
  data: Dataset,
  count: number,
): Promise<Uint8Array> {
  const report = await import('../report/index.js');
  const sheet = report.reconstructionsSheet(data.shape);
  const shownCount = Math.min(count, data.size);
  checkRoom(data.shape, shownCount, sheet.most, 'encode writes the latents of all');
  const shown = ofEachClass(data, count);
  const shrink = sheet.shrinkFor(shownCount);
  const originals: Tensor[] = [];
  for await (const { images } of piecesOf(shown, undefined, { shape: shown.shape })) {
    originals.push(report.shrunkTensor(images, shrink));
  }
  const reconstructions = await vae.reconstruct(shown, { shrink });
  return report.reconstructionsPicture(joined(originals), reconstructions);
}

/** The choice of draws of a prior. */
export interface SampleOptions {
  /** How many images. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  /** The class of all of them; of each class as many when left out, for models that see labels. */
  readonly label?: number | undefined;
  /** Whether they are draws from p(x | z) in the place of its mean. */
  readonly draw?: boolean;
}

/** Labels of `count` images: all classes as often, and what is left over all over them. */
function labelsOfAll(count: number, classes: number): number[] {
  const left = count % classes;
  return Array.from({ length: count }, (_, i) =>
    i < count - left ? i % classes : Math.floor(((i - count + left) * classes) / left),
  );
}

/**
 * Draws of the prior as a PNG file: where the model sees labels, a named row for each class. Large ones
 * are made smaller.
 * @throws UserError when the model has no prior, the label is none of its classes, or a picture has no
 *   room for so many
 */
export async function sampleSheet(vae: VAE, options: SampleOptions): Promise<Uint8Array> {
  const { samplesPicture, samplesSheet } = await import('../report/index.js');
  const { seed, label, draw = false } = options;
  const { classNames } = vae;
  const { input } = vae.config;
  const classes = label === undefined ? vae.classes : undefined;
  const usual =
    classes === undefined ? usualSamples : Math.min(mostOfClasses, usualOfClass * classes);
  const { count = usual } = options;
  const sheet = samplesSheet(input, classes);
  checkRoom(input, count, sheet.most, 'another --seed gives others');
  const labels = classes === undefined ? undefined : labelsOfAll(count, classes);
  const images = await vae.sample(count, {
    draw,
    labels,
    shrink: sheet.shrinkFor(count),
    ...(seed === undefined ? {} : { seed }),
    ...(label === undefined ? {} : { label }),
  });
  return samplesPicture(images, { labels, classNames });
}
