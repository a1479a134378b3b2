import { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { ofEachClass } from '../data/changes/spread.js';
import { type Dataset, readRange } from '../data/dataset.js';
import { type InputDescription, isPicture } from '../data/input.js';
import type { VAE } from '../vae/index.js';
import { joined, piecesOf } from '../vae/model/examples.js';

/** Samples that are drawn when no count is given. */
const usualSamples = 64;

/** The same of each class, where the model sees labels; of all classes no more than `mostOfClasses`. */
const usualOfClass = 8;
const mostOfClasses = 400;

/** Tells examples that are drawn on sheets: pictures, and sequences as lines. */
export function isDrawn(input: InputDescription): boolean {
  return isPicture(input) || input.kind === 'sequence';
}

/**
 * Checks, before images are computed, that a picture has room for them.
 * @param shape of one image
 * @param most how many there is room for
 * @param instead another way, in words for the message
 * @throws UserError when there is no room
 */
function checkRoom(shape: readonly number[], count: number, most: number, instead: string): void {
  if (count <= most || shape.length !== 3) return;
  const [, height, width] = shape;
  throw new UserError(
    `A picture has room for ${most} images of ${height} x ${width} at most, not ${count}. Ask for fewer by --count; ${instead}.`,
  );
}

/** @throws UserError when a picture has no room for so many sequences */
function checkPanels(count: number, most: number, instead: string): void {
  if (count <= most) return;
  throw new UserError(
    `A picture has room for ${most} sequences at most, not ${count}. Ask for fewer by --count; ${instead}.`,
  );
}

/**
 * Examples of all classes over their reconstructions, as a PNG file, by the kind of the examples. Large
 * images are made smaller.
 * @throws UserError when a picture has no room for so many, or examples of the kind are not drawn
 */
export function reconstructionSheet(vae: VAE, data: Dataset, count: number): Promise<Uint8Array> {
  const { kind } = vae.input;
  return kind === 'sequence'
    ? sequenceReconstructions(vae, data, count)
    : imageReconstructions(vae, data, count);
}

async function sequenceReconstructions(
  vae: VAE,
  data: Dataset,
  count: number,
): Promise<Uint8Array> {
  const report = await import('../report/index.js');
  checkPanels(Math.min(count, data.size), report.mostSequences, 'reconstruct --out x.npy has all');
  const shown = ofEachClass(data, count);
  const originals = await readRange(shown, 0, shown.size);
  return report.sequenceReconstructionsPicture(originals, await vae.reconstruct(shown));
}

async function imageReconstructions(vae: VAE, data: Dataset, count: number): Promise<Uint8Array> {
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
  /** Number of images. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  /** The class of all of them; of each class as many when left out, for models that see labels. */
  readonly label?: number | undefined;
  /** Tells whether they are draws from p(x | z) in the place of its mean. */
  readonly draw?: boolean;
}

/** Labels of `count` images: all classes equally often; the remainder is spread evenly over the classes. */
function labelsOfAll(count: number, classes: number): number[] {
  const left = count % classes;
  return Array.from({ length: count }, (_, i) =>
    i < count - left ? i % classes : Math.floor(((i - count + left) * classes) / left),
  );
}

/** Draws that are asked for, with the labels that stand over them. */
interface Asked {
  readonly count: number;
  readonly labels: number[] | undefined;
  /** The draws, made smaller by a whole number where they are images. */
  images(shrink?: number): Promise<Tensor>;
}

/** Draws of the prior, where the model sees labels of all of its classes. */
export function draws(vae: VAE, { seed, label, draw = false, ...options }: SampleOptions): Asked {
  const classes = label === undefined ? vae.classes : undefined;
  const usual =
    classes === undefined ? usualSamples : Math.min(mostOfClasses, usualOfClass * classes);
  const { count = usual } = options;
  const labels = classes === undefined ? undefined : labelsOfAll(count, classes);
  return {
    count,
    labels,
    images: (shrink) =>
      vae.sample(count, {
        draw,
        labels,
        ...(shrink === undefined ? {} : { shrink }),
        ...(seed === undefined ? {} : { seed }),
        ...(label === undefined ? {} : { label }),
      }),
  };
}

/**
 * Draws of the prior as a PNG file, by the kind of the examples: where the model sees labels, a named row
 * for each class. Large images are made smaller.
 * @throws UserError when the model has no prior, the label is none of its classes, a picture has no room
 *   for so many, or examples of the kind are not drawn
 */
export async function sampleSheet(vae: VAE, options: SampleOptions): Promise<Uint8Array> {
  const report = await import('../report/index.js');
  const { classNames, input } = vae;
  const { count, labels, images } = draws(vae, options);
  const named = { labels, classNames };
  if (input.kind === 'sequence') {
    checkPanels(count, report.mostSequences, 'sample --out x.npy has room for any number');
    return report.sequencesPicture(await images(), named);
  }
  const sheet = report.samplesSheet(input.shape, labels && vae.classes);
  checkRoom(input.shape, count, sheet.most, 'another --seed gives others');
  return report.samplesPicture(await images(sheet.shrinkFor(count)), named);
}

/** Points along each latent of a manifold of sequences. */
const sequenceGrid = 11;

/** Decoded points over a grid of two latents as a PNG file, by the kind of the examples. */
export async function manifoldSheet(vae: VAE): Promise<Uint8Array> {
  const report = await import('../report/index.js');
  const isSequence = vae.input.kind === 'sequence';
  const grid = isSequence ? report.latentGrid(sequenceGrid) : report.latentGrid();
  const points = new Tensor('float32', grid.points, [grid.rows * grid.columns, 2]);
  if (isSequence) return report.sequenceManifoldPicture(await vae.decode(points), grid);
  const shrink = report.manifoldShrink(vae.input.shape, grid);
  return report.manifoldPicture(await vae.decode(points, { shrink }), grid);
}
