import { UserError } from '../../data/errors.js';
import { gridScale, type Images, readImages } from '../images.js';
import { pixels } from '../style.js';
import { drawNamedRows, type NamedRow, pick } from './named-rows.js';

/** Pairs beside one another: tens, so that classes in turn stand under one another. */
function usualColumns(count: number): number {
  return 10 * Math.max(1, Math.round(Math.sqrt(2 * count) / 10));
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
  return drawNamedRows(rows, {
    scale: gridScale(above, pixels(42)),
    together: 2,
  });
}
