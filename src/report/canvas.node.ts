import { ownFile } from '../base/own-files.node.js';
import { loadSkia } from '../data/pictures/skia.node.js';
import type { Canvas } from './canvas-type.js';

type Skia = Awaited<ReturnType<typeof loadSkia>>;

let fontsReady = false;

/** Text must look the same everywhere, so the font is a file of ours, not of the system. */
function registerFonts({ GlobalFonts }: Skia): void {
  if (fontsReady) return;
  GlobalFonts.registerFromPath(ownFile('dist/vendor/inter/Inter_400Regular.ttf'), 'Inter');
  fontsReady = true;
}

/** A white canvas that is drawn by Skia. */
export async function createCanvas(width: number, height: number): Promise<Canvas> {
  const skia = await loadSkia();
  registerFonts(skia);
  const canvas = skia.createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  return {
    context,
    put(raster, x, y) {
      context.putImageData(new skia.ImageData(raster.data, raster.width, raster.height), x, y);
    },
    png: () => canvas.encode('png'),
  };
}
