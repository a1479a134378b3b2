import {
  createCanvas as createSkiaCanvas,
  GlobalFonts,
  ImageData as SkiaImageData,
} from '@napi-rs/canvas';
import { ownFile } from '../data/own-files.node.js';
import type { Canvas } from './canvas.js';

let fontsReady = false;

/** Text must look the same everywhere, so the font is a file of ours, not of the system. */
function registerFonts(): void {
  if (fontsReady) return;
  GlobalFonts.registerFromPath(ownFile('dist/vendor/inter/Inter_400Regular.ttf'), 'Inter');
  fontsReady = true;
}

/** A white canvas that is drawn by Skia. */
export function createCanvas(width: number, height: number): Canvas {
  registerFonts();
  const canvas = createSkiaCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  return {
    context,
    put(raster, x, y) {
      context.putImageData(new SkiaImageData(raster.data, raster.width, raster.height), x, y);
    },
    png: () => canvas.encode('png'),
  };
}
