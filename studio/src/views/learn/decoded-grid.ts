import type { ShippedModel } from '../../shipped/model.js';
import { toPlane, type Viewport } from '../explore/map/viewport.js';

/** The least width of an image on the map, in CSS pixels. */
const cellSize = 28;

/** Milliseconds of a frame for decoding. */
const budget = 6;

/** Width and height of an image in pixels. */
const side = 28;

/**
 * Draws the images that a model makes across a view, some in each frame. The canvas takes the size of
 * the images; its style stretches it over the view.
 * @returns stops it
 */
export function drawGrid(
  canvas: HTMLCanvasElement,
  model: ShippedModel,
  view: Viewport,
): () => void {
  const columns = Math.max(1, Math.floor(view.width / cellSize));
  const rows = Math.max(1, Math.round((columns * view.height) / view.width));
  Object.assign(canvas, { width: columns * side, height: rows * side });
  const context = canvas.getContext('2d')!;
  const pixels = new ImageData(side, side);
  let [next, frame] = [0, 0];
  const drawNext = () => {
    const [column, row] = [next % columns, Math.floor(next / columns)];
    const middle = [
      ((column + 0.5) * view.width) / columns,
      ((row + 0.5) * view.height) / rows,
    ] as const;
    const { image } = model.decode(Float32Array.from(toPlane(view, middle)));
    for (let i = 0; i < image.length; i++) {
      pixels.data.fill(Math.round(255 * image[i]!), 4 * i, 4 * i + 3);
      pixels.data[4 * i + 3] = 255;
    }
    context.putImageData(pixels, column * side, row * side);
    next++;
  };
  const work = () => {
    const start = performance.now();
    while (next < columns * rows && performance.now() - start < budget) drawNext();
    if (next < columns * rows) frame = requestAnimationFrame(work);
  };
  work();
  return () => cancelAnimationFrame(frame);
}
