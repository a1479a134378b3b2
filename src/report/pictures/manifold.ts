import { UserError } from '../../base/errors.js';
import {
  composeGrid,
  drawnSize,
  gridScale,
  gridSize,
  type Images,
  readImages,
  shrinkFor,
} from '../images.js';
import type { LatentGrid } from '../latent-grid.js';
import { pixels } from '../style.js';
import { drawLatentFrame } from './latent-frame.js';

type Grid = Pick<LatentGrid, 'columns' | 'rows'>;

/**
 * The whole number that divides the sides of images in a `manifoldPicture`, so that they fit.
 * @param shape of one image, [channels, height, width]
 */
export function manifoldShrink(shape: readonly number[], { columns, rows }: Grid): number {
  return shrinkFor(shape, (image) => gridSize(image, { columns, rows, gap: 0, scale: 1 }));
}

/**
 * Decoded images over a grid of two latents, edge to edge: z₁ grows to the right, z₂
 * upwards, and the axes tell their values.
 * @param images the decoded points of `grid`, in their order: shape [rows · columns, C, H, W]
 * @returns a PNG file
 * @throws UserError when the values are no images, or not one for each point
 */
export async function manifoldPicture(
  images: Images,
  grid: Grid & Pick<LatentGrid, 'z1' | 'z2'>,
): Promise<Uint8Array> {
  const batch = readImages(images, 'Manifold');
  const { columns, rows, z1, z2 } = grid;
  if (batch.count !== columns * rows || z1.length !== columns || z2.length !== rows) {
    throw new UserError(
      `A manifold of ${columns} columns and ${rows} rows needs ${columns * rows} images, ${columns} values of z1 and ${rows} of z2, not ${batch.count}, ${z1.length} and ${z2.length}.`,
    );
  }
  const scale = gridScale(batch, pixels(24), { columns, rows, gap: 0 });
  const raster = composeGrid(batch, { columns, rows, scale, gap: 0 });
  return drawLatentFrame(grid, drawnSize(batch, scale), (canvas, left, top) => {
    canvas.put(raster, left, top);
  });
}
