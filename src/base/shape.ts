/** Counts the elements that a shape holds. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Memory for an array whose length changes from use to use: the memory of before where it is enough,
 * else a power of two of bytes, so that a slightly longer array rarely needs new memory. Pages that are
 * never touched take none.
 */
export function roomyBuffer<T extends ArrayBufferLike>(
  memory: new (bytes: number) => T,
  least: number,
  before: T | undefined,
): T {
  if (before && before.byteLength >= least) return before;
  return new memory(2 ** Math.ceil(Math.log2(Math.max(1, least))));
}
