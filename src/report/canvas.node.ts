import { createRequire } from 'node:module';
import {
  createCanvas as createSkiaCanvas,
  GlobalFonts,
  ImageData as SkiaImageData,
} from '@napi-rs/canvas';
import type { Canvas } from './canvas.js';

let fontsReady = false;

/** Text must look the same everywhere, so the font is a file of a package, not of the system. */
function registerFonts(): void {
  if (fontsReady) return;
  const { resolve } = createRequire(import.meta.url);
  GlobalFonts.registerFromPath(
    resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
    'Inter',
  );
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
