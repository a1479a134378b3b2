/** How many elements a shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Bytes for an array whose length changes from use to use: a power of two, so that one slightly
 * longer than all before rarely needs new memory. What is not touched takes none.
 */
export function roomyBytes(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)));
}
