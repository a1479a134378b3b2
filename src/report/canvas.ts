import type { Canvas } from './canvas-type.js';

export type { Canvas, Context2D, Raster } from './canvas-type.js';

/**
 * A white canvas: Skia's in Node, an OffscreenCanvas in the browser. The code that draws is loaded with
 * the first canvas, not before.
 */
export async function createCanvas(width: number, height: number): Promise<Canvas> {
  const backend = await import('#canvas');
  return backend.createCanvas(width, height);
}
