/** Neighbours in a class whose mean distance is the distance to the class. */
const neighbours = 5;

/** An example of one class that lies close to another one. */
export interface Likeness {
  readonly index: number;
  /** Its distance to the other class over that to its own; below 1, it lies among the other. */
  readonly ratio: number;
}

/**
 * Examples of a class by how close their latents are to another class, the closest first.
 * @param latents [N, width], row-major
 * @param labels the class of each
 */
export function likest(
  latents: Float32Array,
  labels: ArrayLike<number>,
  from: number,
  to: number,
): Likeness[] {
  const width = latents.length / labels.length;
  const places = Array.from({ length: labels.length }, (_, i) => i);
  const own = places.filter((i) => labels[i] === from);
  const other = places.filter((i) => labels[i] === to);
  const distanceTo = (index: number, members: readonly number[]) => {
    // The smallest squares so far, in order.
    const least = new Array<number>(neighbours).fill(Number.POSITIVE_INFINITY);
    for (const member of members) {
      if (member === index) continue;
      let square = 0;
      for (let j = 0; j < width; j++) {
        square += (latents[index * width + j]! - latents[member * width + j]!) ** 2;
      }
      let at = neighbours - 1;
      if (square >= least[at]!) continue;
      for (; at > 0 && least[at - 1]! > square; at--) least[at] = least[at - 1]!;
      least[at] = square;
    }
    const found = least.filter(Number.isFinite);
    return found.reduce((sum, square) => sum + Math.sqrt(square) / found.length, 0);
  };
  return own
    .map((index) => ({
      index,
      ratio: distanceTo(index, other) / (distanceTo(index, own) || Number.EPSILON),
    }))
    .sort((a, b) => a.ratio - b.ratio);
}
