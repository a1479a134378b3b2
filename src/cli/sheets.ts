import { type Dataset, readRange } from '../data/dataset.js';
import { ofEachClass } from '../data/spread.js';
import type { VAE } from '../vae/index.js';

/** Samples that are drawn when no count is given. */
const usualSamples = 64;

/** The same of each class, where the model sees labels; of all classes no more than `mostOfClasses`. */
const usualOfClass = 8;
const mostOfClasses = 400;

/** Examples of all classes over their reconstructions, as a PNG file. */
export async function reconstructionSheet(
  vae: VAE,
  data: Dataset,
  count: number,
): Promise<Uint8Array> {
  const { reconstructionsPicture } = await import('../report/index.js');
  const shown = ofEachClass(data, count);
  const originals = await readRange(shown, 0, shown.size);
  const reconstructions = await vae.reconstruct(originals, { labels: vae.labelsOf(shown) });
  return reconstructionsPicture(originals, reconstructions);
}

/** What is drawn of a prior. */
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
 * Draws of the prior as a PNG file: where the model sees labels, a named row for each class.
 * @throws UserError when the model has no prior, or the label is none of its classes
 */
export async function sampleSheet(vae: VAE, options: SampleOptions): Promise<Uint8Array> {
  const { samplesPicture } = await import('../report/index.js');
  const { seed, label, draw = false } = options;
  const { classes, classNames } = vae;
  const drawn = { draw, ...(seed === undefined ? {} : { seed }) };
  if (classes === undefined || label !== undefined) {
    const { count = usualSamples } = options;
    const images = await vae.sample(count, { ...drawn, ...(label === undefined ? {} : { label }) });
    return samplesPicture(images);
  }
  const { count = Math.min(mostOfClasses, usualOfClass * classes) } = options;
  const labels = labelsOfAll(count, classes);
  const images = await vae.sample(count, { ...drawn, labels });
  return samplesPicture(images, { labels, classNames });
}
