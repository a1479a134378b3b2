import { UserError } from '../../base/errors.js';
import { placesByClass } from '../../data/changes/spread.js';
import { createCanvas } from '../canvas.js';
import {
  composeGrid,
  gridScale,
  gridSize,
  type ImageBatch,
  type Images,
  readImages,
  type Sheet,
  scaleThatFits,
  sheetOf,
} from '../images.js';
import { pixels, style } from '../style.js';
import { drawNamedRows, pick, rowsSize } from './named-rows.js';

/** Options for laying out samples. */
export interface SamplesOptions {
  /** Images beside one another, where there are no labels; as many as in a column when left out. */
  readonly columns?: number;
  /** The class of each image: each class then has a row of its own, with its name. */
  readonly labels?: ArrayLike<number> | undefined;
  /** The name of class i at place i; its number where there is none. */
  readonly classNames?: readonly string[] | undefined;
}

/** The grid of so many images. */
function gridOf(count: number, columns = Math.ceil(Math.sqrt(count))) {
  return { columns, rows: Math.ceil(count / columns), gap: pixels(3) };
}

/** Counts the images of a class that stand beside one another. @param count of all classes */
function columnsOf(count: number): number {
  return Math.max(8, Math.ceil(Math.sqrt(2 * count)));
}

/**
 * The sheet of a `samplesPicture`.
 * @param shape of one image, [channels, height, width]
 * @param classes how many have a row of their own; none when left out
 */
export function samplesSheet(shape: readonly number[], classes?: number): Sheet {
  if (classes === undefined) {
    return sheetOf(shape, (count, image) => gridSize(image, { ...gridOf(count), scale: 1 }));
  }
  return sheetOf(shape, (count, image) => {
    const rows = Math.min(count, classes);
    const each = Math.ceil(count / rows);
    const columns = Math.min(each, columnsOf(count));
    return rowsSize(image, { rows: rows * Math.ceil(each / columns), columns, folded: true });
  });
}

/**
 * Images in reading order in a grid that is as square as can be; or, with labels, a row for each
 * class.
 * @param images shape [N, C, H, W]
 * @returns a PNG file
 * @throws UserError when the values are no images, or labels and images differ in count
 */
export async function samplesPicture(
  images: Images,
  options: SamplesOptions = {},
): Promise<Uint8Array> {
  const batch = readImages(images, 'Samples');
  if (options.labels) return classesPicture(batch, options.labels, options.classNames);
  const place = gridOf(batch.count, options.columns);
  const grid = composeGrid(batch, { ...place, scale: gridScale(batch, pixels(36), place) });
  const margin = pixels(style.margin);
  const canvas = await createCanvas(grid.width + 2 * margin, grid.height + 2 * margin);
  canvas.put(grid, margin, margin);
  return canvas.png();
}

/** A row for each class, or several where it has many images. */
function classesPicture(
  batch: ImageBatch,
  labels: ArrayLike<number>,
  classNames: readonly string[] = [],
): Promise<Uint8Array> {
  if (labels.length !== batch.count) {
    throw new UserError(
      `Samples: ${batch.count} images but ${labels.length} labels. Give one label an image.`,
    );
  }
  const columns = columnsOf(batch.count);
  const rows = placesByClass(labels).flatMap(([label, places]) =>
    Array.from({ length: Math.ceil(places.length / columns) }, (_, line) => ({
      name: line === 0 ? (classNames[label] ?? String(label)) : '',
      images: pick(batch, places.slice(line * columns, (line + 1) * columns)),
    })),
  );
  const longest = Math.max(...rows.map(({ images }) => images.count));
  const layout = { rows: rows.length, columns: longest, folded: true };
  return drawNamedRows(rows, {
    folded: layout.folded,
    scale: scaleThatFits(batch, pixels(36), (image) => rowsSize(image, layout)),
  });
}
