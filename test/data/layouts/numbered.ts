import type { DataLayout } from './layout.js';

/** Bytes of an IDX file. */
function idx(dims: readonly number[], values: readonly number[]): Uint8Array {
  const sizes = dims.flatMap((size) => [
    size >>> 24,
    (size >> 16) & 255,
    (size >> 8) & 255,
    size & 255,
  ]);
  return Uint8Array.from([0, 0, 8, dims.length, ...sizes, ...values]);
}

/** Arrays of numbers in files of their own: IDX, .npy, .npz. */
export const numbered: readonly DataLayout[] = [
  {
    title: 'IDX: a file of images',
    files: { 'images-idx3-ubyte': idx([2, 1, 2], [0, 51, 102, 255]) },
    open: 'images-idx3-ubyte',
    expect: { shape: [1, 1, 2], size: 2, dtype: 'uint8', values: [0, 0.2, 0.4, 1], labels: null },
  },
];
