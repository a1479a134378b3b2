import { useLayoutEffect, useRef } from 'preact/hooks';
import { composeGrid, readImages } from '../../../src/report/images.js';
import { theme } from '../app/theme.js';
import type { Numbers } from '../model/api.js';

/** Tells whether examples are drawn as lines: sequences [N, steps] or [N, channels, steps]. */
export const areLines = ({ dims }: Numbers) => dims.length < 4;

/** Draws images [N, C, H, W] as a grid, one canvas pixel for each of theirs; or sequences as lines. */
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
  const isLines = areLines(images);
  useLayoutEffect(() => {
    drawImages(canvas.current!, images, columns, gap);
  }, [images, columns, gap, isLines && theme.value]);
  const kind = isLines ? '' : 'pixels';
  return <canvas ref={canvas} class={`${kind} ${className}`} role="img" aria-label={label} />;
}

/** Sequences as wide, pale lines, and their reconstructions as thin ones over them. */
export function LinePairs({
  originals,
  made,
  columns,
  label,
}: {
  originals: Numbers;
  made: Numbers;
  columns: number;
  label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const layers = [
      { sequences: originals, width: 3.5, opacity: 0.35 },
      { sequences: made, width: 1.5, opacity: 1 },
    ];
    // The reference can be gone before this effect is, when the canvas leaves the page.
    const element = canvas.current!;
    let current = true;
    import('./draw-lines.js').then(({ drawLines }) => {
      if (current) drawLines(element, layers, columns);
    });
    return () => {
      current = false;
    };
  }, [originals, made, columns, theme.value]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}

/** The latest examples of each canvas: an earlier drawing that ends late must not take their place. */
const latest = new WeakMap<HTMLCanvasElement, Numbers>();

/** Draws images [N, C, H, W] onto a canvas, which takes their size; or sequences as lines. */
export function drawImages(
  canvas: HTMLCanvasElement,
  images: Numbers,
  columns = images.dims[0]!,
  gap = 0,
): void {
  const { data, dims } = images;
  latest.set(canvas, images);
  if (areLines(images)) {
    const layers = [{ sequences: images, width: 1.5, opacity: 1 }];
    import('./draw-lines.js').then(({ drawLines }) => {
      if (latest.get(canvas) === images) drawLines(canvas, layers, columns);
    });
    return;
  }
  const batch = readImages({ data, shape: dims }, 'images');
  const rows = Math.ceil(batch.count / columns);
  const raster = composeGrid(batch, { columns, rows, scale: 1, gap });
  canvas.width = raster.width;
  canvas.height = raster.height;
  const pixels = new ImageData(new Uint8ClampedArray(raster.data), raster.width, raster.height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}
