import type { Numbers } from '../../model/api.js';
import type { Exports } from './export-button.js';

const files = () => import('./files.js');

/**
 * Examples as files: a picture, and for sequences a drawing.
 * @param columns examples beside one another
 */
export function pictureExports(
  examples: () => Numbers,
  columns: number,
  areSequences: boolean,
): Exports {
  return {
    png: async () => {
      const { canvasOf, pngOf } = await files();
      return pngOf(canvasOf(examples(), columns));
    },
    ...(areSequences ? { svg: async () => (await files()).linesSvg(examples(), columns) } : {}),
  };
}

/** Rows of cells as a file of CSV. */
export async function csvFile(rows: () => Iterable<readonly (string | number)[]>): Promise<string> {
  return (await files()).csvOf(rows());
}

/**
 * Examples one after another, and back, as an animation.
 * @param delay milliseconds between two
 */
export async function animationFile(
  frames: readonly Numbers[],
  delay: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { canvasOf, gifOf } = await files();
  const canvases = frames.map((frame) => canvasOf(frame));
  return gifOf([...canvases, ...canvases.slice(1, -1).reverse()], delay);
}
