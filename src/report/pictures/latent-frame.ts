import { type Canvas, createCanvas } from '../canvas.js';
import type { Size } from '../images.js';
import type { LatentGrid } from '../latent-grid.js';
import { canvasFont, pixels, style } from '../style.js';

const tickLength = pixels(5);
const tickGap = pixels(4);
const titleGap = pixels(8);

/** Picks at most seven indices, evenly spread where the count allows, the first and the last among them. */
function tickIndices(count: number): number[] {
  const ticks = [7, 5, 6, 4, 3].find((ticks) => (count - 1) % (ticks - 1) === 0) ?? 5;
  if (count <= 7) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: ticks }, (_, tick) => Math.round((tick * (count - 1)) / (ticks - 1)));
}

/** Two decimals and a true minus sign, as the other pictures have. */
function tickLabel(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/**
 * A picture of a grid of two latents with its axes: z₁ grows to the right, z₂ upwards.
 * @param cell size of the cell of a point, in pixels
 * @param draw draws the cells, edge to edge, from a place on
 * @returns a PNG file
 */
export async function drawLatentFrame(
  { columns, rows, z1, z2 }: Omit<LatentGrid, 'points'>,
  cell: Size,
  draw: (canvas: Canvas, left: number, top: number) => void,
): Promise<Uint8Array> {
  const labelFont = canvasFont(style.labelSize);
  const titleFont = canvasFont(style.titleSize);
  const ruler = (await createCanvas(1, 1)).context;
  ruler.font = labelFont;
  const labelWidth = Math.ceil(Math.max(...z2.map((z) => ruler.measureText(tickLabel(z)).width)));
  const labels = tickLength + tickGap;
  const title = titleGap + pixels(style.titleSize);
  const margin = pixels(style.margin);
  const left = margin + title + labelWidth + labels;
  const right = left + columns * cell.width;
  const bottom = margin + rows * cell.height;

  const canvas = await createCanvas(
    right + margin,
    bottom + labels + pixels(style.labelSize) + title + margin,
  );
  draw(canvas, left, margin);
  const { context } = canvas;
  const tickWidth = pixels(1);

  context.font = labelFont;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const column of tickIndices(columns)) {
    const x = left + (column + 0.5) * cell.width;
    context.fillStyle = style.line;
    context.fillRect(Math.round(x - tickWidth / 2), bottom, tickWidth, tickLength);
    context.fillStyle = style.text;
    context.fillText(tickLabel(z1[column] ?? 0), x, bottom + labels);
  }
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const row of tickIndices(rows)) {
    const y = margin + (row + 0.5) * cell.height;
    context.fillStyle = style.line;
    context.fillRect(left - tickLength, Math.round(y - tickWidth / 2), tickLength, tickWidth);
    context.fillStyle = style.text;
    context.fillText(tickLabel(z2[row] ?? 0), left - labels, y);
  }

  context.font = titleFont;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillText('z₁', (left + right) / 2, bottom + labels + pixels(style.labelSize) + titleGap);
  context.save();
  context.translate(margin, (margin + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText('z₂', 0, 0);
  context.restore();
  return canvas.png();
}
