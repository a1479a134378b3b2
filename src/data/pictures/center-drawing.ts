import { UserError } from '../../base/errors.js';

/** The ink's bounds: from `left` and `top` to before `right` and `bottom`. */
function boundsOf(ink: Float32Array, width: number) {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  ink.forEach((value, i) => {
    if (value <= 0) return;
    const [row, column] = [Math.floor(i / width), i % width];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  });
  return { left, top, right, bottom };
}

/** Yields how much of each pixel, 1 wide, lies in [from, to]. */
function* overlaps(
  from: number,
  to: number,
  size: number,
): Generator<[place: number, share: number]> {
  for (let place = Math.max(0, Math.floor(from)); place < Math.min(size, to); place++) {
    yield [place, Math.min(place + 1, to) - Math.max(place, from)];
  }
}

/**
 * A drawing as MNIST has its digits: scaled, with its proportions, so that its longer side fills
 * 20/28 of the image, then placed with its centre of mass in the middle (LeCun, Bottou, Bengio and
 * Haffner 1998, §III.A, https://doi.org/10.1109/5.726791). Pixels are means over the areas that
 * they cover, which smooths as the original did.
 * @param ink row by row, 0 for paper
 * @param width of the drawing in pixels
 * @param size [height, width] of the image in pixels
 * @returns height · width values in the ink's units, row by row; all 0 when there is no ink
 * @throws UserError when the values are no rows of that width
 */
export function centerDrawing(
  ink: Float32Array,
  width: number,
  [rows, columns]: readonly [height: number, width: number] = [28, 28],
): Float32Array {
  const height = ink.length / width;
  if (!Number.isInteger(height)) {
    throw new UserError(`A drawing of ${ink.length} values has no rows of ${width}.`);
  }
  const image = new Float32Array(rows * columns);
  const { left, top, right, bottom } = boundsOf(ink, width);
  if (right === 0) return image;

  let [mass, massX, massY] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = ink[y * width + x]!;
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
    }
  }
  // A pixel of the image covers `step` pixels of the drawing each way.
  const box = (20 / 28) * Math.min(rows, columns);
  const step = Math.max(right - left, bottom - top) / box;
  // Finds where the image begins in the drawing. The ink's box is placed by whole pixels, as in
  // MNIST, so that it is resampled once, and stays inside when its mass lies far to one side.
  const begin = (centre: number, start: number, end: number, size: number) => {
    // MNIST has the centre of mass in pixel 14 of 0 to 27.
    const margin = Math.floor(size / 2) - Math.floor((centre - start) / step);
    const room = Math.floor(size - (end - start) / step);
    return start - step * Math.min(Math.max(margin, 0), room);
  };
  const originX = begin(massX / mass, left, right, columns);
  const originY = begin(massY / mass, top, bottom, rows);

  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const y = originY + row * step;
      const x = originX + column * step;
      let total = 0;
      for (const [sourceY, shareY] of overlaps(y, y + step, height)) {
        for (const [sourceX, shareX] of overlaps(x, x + step, width)) {
          total += ink[sourceY * width + sourceX]! * shareY * shareX;
        }
      }
      image[row * columns + column] = total / step ** 2;
    }
  }
  return image;
}
