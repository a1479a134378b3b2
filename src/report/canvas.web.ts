import type { Canvas } from './canvas-type.js';

/** A white canvas that is drawn by the browser, in a page or a worker. */
export function createCanvas(width: number, height: number): Canvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser cannot draw on an OffscreenCanvas in 2D.');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  return {
    context,
    put(raster, x, y) {
      context.putImageData(new ImageData(raster.data, raster.width, raster.height), x, y);
    },
    async png() {
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}
