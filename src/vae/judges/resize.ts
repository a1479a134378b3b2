/** Pictures one after another, each [channels, height, width]. */
export interface Planes {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Finds for each place along a new side the two old places about it, and the share of the second. */
function neighboursOf(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(at);
    return { first, second: Math.min(first + 1, from - 1), share: at - first };
  });
}

/**
 * Planes of another size by bilinear interpolation between the middles of pixels, without a filter where they
 * become smaller: PyTorch's `interpolate(mode='bilinear', align_corners=False)`.
 */
export function resized(
  { values, height, width }: Planes,
  size: readonly [number, number],
): Planes {
  const [newHeight, newWidth] = size;
  if (height === newHeight && width === newWidth) return { values, height, width };
  const [rows, columns] = [neighboursOf(height, newHeight), neighboursOf(width, newWidth)];
  const count = values.length / (height * width);
  const result = new Float32Array(count * newHeight * newWidth);
  let place = 0;
  for (let plane = 0; plane < count; plane++) {
    const start = plane * height * width;
    for (const row of rows) {
      const [top, bottom] = [start + row.first * width, start + row.second * width];
      for (const { first, second, share } of columns) {
        const above = values[top + first]! * (1 - share) + values[top + second]! * share;
        const below = values[bottom + first]! * (1 - share) + values[bottom + second]! * share;
        result[place++] = above * (1 - row.share) + below * row.share;
      }
    }
  }
  return { values: result, height: newHeight, width: newWidth };
}
