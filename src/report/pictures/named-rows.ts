import { createCanvas } from '../canvas.js';
import { composeGrid, drawnSize, type ImageBatch, type Size } from '../images.js';
import { canvasFont, pixels, style } from '../style.js';

/** A row of images and the name before it. */
export interface NamedRow {
  readonly name: string;
  readonly images: ImageBatch;
}

/** Options for laying out rows. */
export interface RowsOptions {
  /** Rows that belong together; more space comes after them. 1 when left out. */
  readonly together?: number;
  /** Tells whether many short rows stand in several blocks, so that the picture does not get long. */
  readonly folded?: boolean;
}

/** Rows, before there are images and names. */
export interface RowsShape extends RowsOptions {
  readonly rows: number;
  /** Images in the longest row. */
  readonly columns: number;
}

/** White pixels between two images. */
const gap = pixels(3);

/** Places where rows lie, margins not counted. */
interface Places {
  readonly size: Size;
  readonly rowHeight: number;
  /** The left end of a row's name, and its top. */
  of(row: number): { readonly left: number; readonly top: number };
}

/** @param image as it is drawn. @param left pixels from the left end of the names to the images */
function placesOf(image: Size, shape: RowsShape, left: number): Places {
  const { rows, columns, together = 1, folded = false } = shape;
  const between = together > 1 ? pixels(12) : gap;
  const blockGap = pixels(20);
  const blockWidth = left + columns * (image.width + gap) - gap;
  // Names of low images must not run into one another.
  const rowHeight = Math.max(image.height, pixels(style.titleSize + 2));
  const topOf = (row: number) =>
    row * (rowHeight + gap) + Math.floor(row / together) * (between - gap);
  const heightOf = (count: number) => topOf(count - 1) + rowHeight;
  const widthOf = (blocks: number) => blocks * (blockWidth + blockGap) - blockGap;
  let blocks = 1;
  while (folded && heightOf(Math.ceil(rows / blocks)) > 2 * widthOf(blocks)) blocks += 1;
  const perBlock = Math.ceil(rows / blocks);
  return {
    size: {
      width: widthOf(Math.ceil(rows / perBlock)),
      height: heightOf(Math.min(perBlock, rows)),
    },
    rowHeight,
    of: (row) => ({
      left: Math.floor(row / perBlock) * (blockWidth + blockGap),
      top: topOf(row % perBlock),
    }),
  };
}

/** Size of a picture of rows in pixels, without names and margins. @param image as it is drawn */
export function rowsSize(image: Size, shape: RowsShape): Size {
  return placesOf(image, shape, 0).size;
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
 * @param options.scale pixels of the picture for one pixel of an image, as in `GridOptions`
 */
export async function drawNamedRows(
  rows: readonly NamedRow[],
  { scale, ...options }: RowsOptions & { readonly scale: number },
): Promise<Uint8Array> {
  const margin = pixels(style.margin);
  const font = canvasFont(style.titleSize);
  const ruler = (await createCanvas(1, 1)).context;
  ruler.font = font;
  const names = rows.map(({ name }) => shortened(name));
  const nameWidth = Math.max(...names.map((name) => Math.ceil(ruler.measureText(name).width)));
  const left = nameWidth + pixels(8);
  const columns = Math.max(...rows.map(({ images }) => images.count));
  const shape = { ...options, rows: rows.length, columns };
  const { size, rowHeight, of } = placesOf(drawnSize(rows[0]!.images, scale), shape, left);

  const canvas = await createCanvas(2 * margin + size.width, 2 * margin + size.height);
  const { context } = canvas;
  context.font = font;
  context.fillStyle = style.text;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  rows.forEach(({ images }, index) => {
    const place = of(index);
    const [x, top] = [margin + place.left, margin + place.top];
    const raster = composeGrid(images, { columns: images.count, rows: 1, scale, gap });
    canvas.put(raster, x + left, top + Math.floor((rowHeight - raster.height) / 2));
    context.fillText(names[index]!, x + nameWidth, top + rowHeight / 2);
  });
  return canvas.png();
}
