import { UserError } from '../../base/errors.js';
import { type Images, readImages, type Sheet, scaleThatFits, sheetOf } from '../images.js';
import { pixels } from '../style.js';
import { drawNamedRows, type NamedRow, pick, type RowsShape, rowsSize } from './named-rows.js';

/** Pairs beside one another: tens, so that classes in turn stand under one another. */
function usualColumns(count: number): number {
  return 10 * Math.max(1, Math.round(Math.sqrt(2 * count) / 10));
}

/** The rows of so many pairs. */
function pairsOf(count: number, columns = usualColumns(count)) {
  const rows = 2 * Math.ceil(count / columns);
  return { rows, columns: Math.min(count, columns), together: 2 } satisfies RowsShape;
}

/**
 * The sheet of a `reconstructionsPicture`, counted by its pairs.
 * @param shape of one image, [channels, height, width]
 */
export function reconstructionsSheet(shape: readonly number[]): Sheet {
  return sheetOf(shape, (count, image) => rowsSize(image, pairsOf(count)));
}

/**
 * Originals in rows, their reconstructions under them, the rows named. All of them are drawn.
 * @param originals shape [N, C, H, W]
 * @param reconstructions the same shape
 * @param options columns: how many pairs stand beside one another; 10 unless told, and more where
 *   there are many
 * @returns a PNG file
 * @throws UserError when the values are no images, or their shapes differ
 */
export async function reconstructionsPicture(
  originals: Images,
  reconstructions: Images,
  options: { readonly columns?: number } = {},
): Promise<Uint8Array> {
  const above = readImages(originals, 'Originals');
  const below = readImages(reconstructions, 'Reconstructions');
  const [shape, otherShape] = [above, below].map(({ count, channels, height, width }) =>
    [count, channels, height, width].join(', '),
  );
  if (shape !== otherShape) {
    throw new UserError(
      `Originals have the shape [${shape}], reconstructions [${otherShape}]. Give one reconstruction an original.`,
    );
  }
  const columns = options.columns ?? usualColumns(above.count);
  const rows: NamedRow[] = [];
  for (let start = 0; start < above.count; start += columns) {
    const length = Math.min(columns, above.count - start);
    const indices = Array.from({ length }, (_, i) => start + i);
    rows.push(
      { name: 'original', images: pick(above, indices) },
      { name: 'reconstruction', images: pick(below, indices) },
    );
  }
  const layout = pairsOf(above.count, columns);
  return drawNamedRows(rows, {
    together: layout.together,
    scale: scaleThatFits(above, pixels(42), (image) => rowsSize(image, layout)),
  });
}
