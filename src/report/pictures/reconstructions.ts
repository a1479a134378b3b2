import { UserError } from '../../data/errors.js';
import { createCanvas } from '../canvas.js';
import { composeGrid, drawnSize, gridScale, type Images, readImages } from '../images.js';
import { canvasFont, pixels, style } from '../style.js';

const rowNames = ['original', 'reconstruction'] as const;

/**
 * Originals in one row, their reconstructions under them, the rows named.
 * @param originals shape [N, C, H, W]
 * @param reconstructions the same shape
 * @param options columns: how many pairs are drawn, from the first on; 10 unless told
 * @returns a PNG file
 * @throws UserError when the values are no images, or their shapes differ
 */
export async function reconstructionsPicture(
  originals: Images,
  reconstructions: Images,
  options: { readonly columns?: number } = {},
): Promise<Uint8Array> {
  const batches = [
    readImages(originals, 'Originals'),
    readImages(reconstructions, 'Reconstructions'),
  ] as const;
  const [above, below] = batches.map(({ count, channels, height, width }) =>
    [count, channels, height, width].join(', '),
  );
  if (above !== below) {
    throw new UserError(
      `Originals have the shape [${above}], reconstructions [${below}]. Give one reconstruction an original.`,
    );
  }
  const gap = pixels(3);
  const columns = Math.min(options.columns ?? 10, batches[0].count);
  const scale = gridScale(batches[0], pixels(42), { columns, rows: 2, gap });
  const cell = drawnSize(batches[0], scale);
  const rows = batches.map((batch) => composeGrid(batch, { columns, rows: 1, scale, gap }));
  const rowHeight = cell.height;
  const rowWidth = columns * (cell.width + gap) - gap;

  const margin = pixels(style.margin);
  const font = canvasFont(style.titleSize);
  const ruler = (await createCanvas(1, 1)).context;
  ruler.font = font;
  const names = Math.max(...rowNames.map((name) => Math.ceil(ruler.measureText(name).width)));
  const left = margin + names + pixels(8);

  const canvas = await createCanvas(left + rowWidth + margin, 2 * margin + 2 * rowHeight + gap);
  const { context } = canvas;
  context.font = font;
  context.fillStyle = style.text;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  rows.forEach((row, index) => {
    const top = margin + index * (rowHeight + gap);
    canvas.put(row, left, top);
    context.fillText(rowNames[index] ?? '', margin + names, top + rowHeight / 2);
  });
  return canvas.png();
}
