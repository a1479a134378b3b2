import { useLayoutEffect, useRef } from 'preact/hooks';
import { composeGrid, readImages } from '../../../src/report/images.js';
import type { Numbers } from '../model/api.js';

/** Draws images [N, C, H, W] as a grid, one canvas pixel for each of theirs. */
export function Pictures({
  images,
  columns = images.dims[0]!,
  gap = 0,
  label,
  class: className = '',
}: {
  images: Numbers;
  columns?: number;
  /** White pixels between two images. */
  gap?: number;
  /** The pictures in words, for users of screen readers. */
  label: string;
  class?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    drawImages(canvas.current!, images, columns, gap);
  }, [images, columns, gap]);
  return <canvas ref={canvas} class={`pixels ${className}`} role="img" aria-label={label} />;
}

/** Draws images [N, C, H, W] onto a canvas, which takes their size. */
export function drawImages(
  canvas: HTMLCanvasElement,
  { data, dims }: Numbers,
  columns = dims[0]!,
  gap = 0,
): void {
  const batch = readImages({ data, shape: dims }, 'images');
  const rows = Math.ceil(batch.count / columns);
  const raster = composeGrid(batch, { columns, rows, scale: 1, gap });
  canvas.width = raster.width;
  canvas.height = raster.height;
  const pixels = new ImageData(new Uint8ClampedArray(raster.data), raster.width, raster.height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}
