import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { csvLine } from '../../../../src/report/csv.js';
import { token } from '../../app/theme.js';
import type { Numbers } from '../../model/api.js';
import { drawLines } from '../draw-lines.js';
import { areLines, drawImages } from '../pictures.js';
import { svgOf } from './drawing.js';

/** Pixels that a picture has at least, along its shorter side: images of a model are small. */
const leastSide = 224;

/** A canvas as a PNG file. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) =>
        blob ? resolve(blob) : reject(new Error('The browser could not make the picture.')),
      'image/png',
    ),
  );
}

/** Examples as a grid on a canvas: images enlarged by whole pixels, sequences as lines. */
export function canvasOf(examples: Numbers, columns?: number): HTMLCanvasElement {
  const drawn = document.createElement('canvas');
  const isLines = areLines(examples);
  if (isLines) drawLines(drawn, [layerOf(examples)], columns ?? examples.dims[0]!);
  else drawImages(drawn, examples, columns, 1);
  const [height = 1] = isLines ? [leastSide] : examples.dims.slice(2);
  const scale = Math.ceil(leastSide / height);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: drawn.width * scale, height: drawn.height * scale });
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.fillStyle = token('--panel');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Canvases under one another, each under its title. */
export function stacked(
  parts: readonly { readonly title: string; readonly canvas: HTMLCanvasElement }[],
): HTMLCanvasElement {
  const all = document.createElement('canvas');
  const width = Math.max(...parts.map(({ canvas }) => canvas.width));
  const size = Math.ceil(width / 60);
  const height = parts.reduce((sum, { canvas }) => sum + canvas.height + 2 * size, 0);
  Object.assign(all, { width, height });
  const context = all.getContext('2d')!;
  context.fillStyle = token('--panel');
  context.fillRect(0, 0, width, height);
  context.font = `${size}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.fillStyle = token('--text');
  let top = 0;
  for (const { title, canvas } of parts) {
    context.fillText(title, size / 2, top + size);
    context.drawImage(canvas, 0, top + 2 * size);
    top += canvas.height + 2 * size;
  }
  return all;
}

const layerOf = (sequences: Numbers) => ({ sequences, width: 1.5, opacity: 1 });

/** Sequences as lines in a file of SVG. */
export function linesSvg(sequences: Numbers, columns: number): string {
  const canvas = document.createElement('canvas');
  const layers = [layerOf(sequences)];
  const scales = drawLines(canvas, layers, columns);
  const { width, height } = canvas;
  return svgOf(width, height, (context) => {
    const drawn = { width, height, getContext: () => context };
    drawLines(drawn as unknown as HTMLCanvasElement, layers, columns, undefined, scales);
  });
}

/**
 * Canvases of one size as an animated GIF file that goes on for ever.
 * @param delay milliseconds between two
 */
export function gifOf(
  frames: readonly HTMLCanvasElement[],
  delay: number,
): Uint8Array<ArrayBuffer> {
  const encoder = GIFEncoder();
  for (const canvas of frames) {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const palette = quantize(data, 256);
    encoder.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
  }
  encoder.finish();
  return encoder.bytes();
}

/** Rows of cells as a file of CSV. */
export const csvOf = (rows: Iterable<readonly (string | number)[]>): string =>
  Array.from(rows, csvLine).join('');
