import { createCanvas } from '../canvas.js';
import { composeGrid, gridScale, type Images, readImages } from '../images.js';
import { pixels, style } from '../style.js';

/**
 * Images in reading order in a grid that is as square as can be.
 * @param images shape [N, C, H, W]
 * @returns a PNG file
 * @throws UserError when the values are no images
 */
export async function samplesPicture(
  images: Images,
  options: { readonly columns?: number } = {},
): Promise<Uint8Array> {
  const batch = readImages(images, 'Samples');
  const columns = options.columns ?? Math.ceil(Math.sqrt(batch.count));
  const place = { columns, rows: Math.ceil(batch.count / columns), gap: pixels(3) };
  const grid = composeGrid(batch, { ...place, scale: gridScale(batch, pixels(36), place) });
  const margin = pixels(style.margin);
  const canvas = await createCanvas(grid.width + 2 * margin, grid.height + 2 * margin);
  canvas.put(grid, margin, margin);
  return canvas.png();
}
