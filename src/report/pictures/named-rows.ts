import { createCanvas } from '../canvas.js';
import { composeGrid, type ImageBatch } from '../images.js';
import { canvasFont, pixels, style } from '../style.js';

/** A row of images and what stands before it. */
export interface NamedRow {
  readonly name: string;
  readonly images: ImageBatch;
}

export interface NamedRowsOptions {
  /** Pixels of the picture for one pixel of an image. */
  readonly scale: number;
  /** Rows that belong together; more space comes after them. 1 when left out. */
  readonly together?: number;
  /** Whether many short rows stand in several columns, so that the picture does not get long. */
  readonly folded?: boolean;
}

/** Longer names are cut. */
const mostCharacters = 24;

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > mostCharacters
    ? `${characters.slice(0, mostCharacters - 1).join('')}…`
    : name;
}

/** Some images of a batch as a batch, in the order of their indices. */
export function pick(batch: ImageBatch, indices: readonly number[]): ImageBatch {
  const width = batch.channels * batch.height * batch.width;
  const data = new (batch.data instanceof Uint8Array ? Uint8Array : Float32Array)(
    indices.length * width,
  );
  indices.forEach((index, i) => {
    data.set(batch.data.subarray(index * width, (index + 1) * width), i * width);
  });
  return { ...batch, data, count: indices.length };
}

/**
 * Draws rows of images of one size under one another, each with its name, as a PNG file.
 * @param rows at least one, each with at least one image
 */
export async function drawNamedRows(
  rows: readonly NamedRow[],
  { scale, together = 1, folded = false }: NamedRowsOptions,
): Promise<Uint8Array> {
  const gap = pixels(3);
  const between = together > 1 ? pixels(12) : gap;
  const margin = pixels(style.margin);
  const font = canvasFont(style.titleSize);
  const ruler = (await createCanvas(1, 1)).context;
  ruler.font = font;
  const names = rows.map(({ name }) => shortened(name));
  const nameWidth = Math.max(...names.map((name) => Math.ceil(ruler.measureText(name).width)));
  const { images: first } = rows[0]!;
  const columns = Math.max(...rows.map(({ images }) => images.count));
  const left = nameWidth + pixels(8);
  const blockWidth = left + columns * (first.width * scale + gap) - gap;
  // Names of low images must not run into one another.
  const rowHeight = Math.max(first.height * scale, pixels(style.titleSize + 2));
  const topOf = (row: number) =>
    row * (rowHeight + gap) + Math.floor(row / together) * (between - gap);
  const heightOf = (count: number) => topOf(count - 1) + rowHeight;
  const blockGap = pixels(20);
  const widthOf = (blocks: number) => blocks * (blockWidth + blockGap) - blockGap;
  let blocks = 1;
  while (folded && heightOf(Math.ceil(rows.length / blocks)) > 2 * widthOf(blocks)) blocks += 1;
  const perBlock = Math.ceil(rows.length / blocks);
  blocks = Math.ceil(rows.length / perBlock);

  const canvas = await createCanvas(
    2 * margin + widthOf(blocks),
    2 * margin + heightOf(Math.min(perBlock, rows.length)),
  );
  const { context } = canvas;
  context.font = font;
  context.fillStyle = style.text;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  rows.forEach(({ images }, index) => {
    const x = margin + Math.floor(index / perBlock) * (blockWidth + blockGap);
    const top = margin + topOf(index % perBlock);
    const raster = composeGrid(images, { columns: images.count, rows: 1, scale, gap });
    canvas.put(raster, x + left, top + Math.floor((rowHeight - raster.height) / 2));
    context.fillText(names[index]!, x + nameWidth, top + rowHeight / 2);
  });
  return canvas.png();
}
