import { bytesOf, counted, gzip, idx, npy, npyOf, npz, safetensors } from './array-files.js';
import type { DataLayout, Expected } from './layout.js';

const over = (by: number) => (value: number) => value / by;

/** An .npy file `x.npy` alone. */
function alone(
  title: string,
  file: Uint8Array,
  expect: DataLayout['expect'],
  options?: DataLayout['options'],
): DataLayout {
  return {
    title,
    files: { 'x.npy': file },
    open: 'x.npy',
    expect,
    ...(options ? { options } : {}),
  };
}

/** An array of one dtype as images [N, 2, 2]. */
function ofType(
  title: string,
  descr: string,
  values: readonly number[],
  expect: Expected,
): DataLayout {
  return alone(title, npy(descr, [values.length / 4, 2, 2], values), {
    shape: [1, 2, 2],
    size: values.length / 4,
    ...expect,
  });
}

const levels = [0, 51, 102, 255];

const types: readonly DataLayout[] = [
  ofType('.npy of uint8: by 255', '|u1', levels, {
    dtype: 'uint8',
    values: [0, 0.2, 0.4, 1],
    notes: [/^uint8 values up to 255 are divided by 255|^uint8 values are divided by 255/],
  }),
  ofType('.npy of uint8 that holds 0 and 1 alone: binary', '|u1', [0, 1, 1, 0], {
    dtype: 'uint8',
    values: [0, 1, 1, 0],
    notes: [/^uint8 values of 0 and 1 alone are read as 0 and 1, not divided by 255$/],
  }),
  ofType(
    '.npy of uint8 of few levels, as 0 to 16: by 255, and told that it is dark',
    '|u1',
    [0, 4, 8, 16],
    {
      dtype: 'uint8',
      values: [0, 4, 8, 16].map(over(255)),
      notes: [/^uint8 values up to 16 are divided by 255, which makes them dark; if 16 is/],
    },
  ),
  ofType('.npy of bool: 0 and 1', '|b1', [0, 1, 1, 0], {
    dtype: 'uint8',
    values: [0, 1, 1, 0],
    notes: [/^truth values are read as 0 and 1$/],
  }),
  ofType('.npy of int64 images from 0 to 255: by 255', '<i8', levels, {
    dtype: 'uint8',
    values: levels.map(over(255)),
    notes: [/^int64 values up to 255 are divided by 255$/],
  }),
  ofType('.npy of int32 images of 0 and 1: binary', '<i4', [0, 1, 1, 0], {
    dtype: 'uint8',
    values: [0, 1, 1, 0],
    notes: [/^int32 values of 0 and 1 alone are read as 0 and 1/],
  }),
  ofType('.npy of int8 with negative values: as they are', '|i1', [-128, -1, 0, 127], {
    dtype: 'float32',
    values: [-128, -1, 0, 127],
    notes: [/^int8 values from -128 to 127 are kept as they are, which is not the range \[0, 1\]/],
  }),
  ofType('.npy of int16, as CT scans have it: as they are', '<i2', [-1000, 0, 40, 3071], {
    dtype: 'float32',
    values: [-1000, 0, 40, 3071],
    notes: [/^int16 values from -1,000 to 3,071 are kept as they are/],
  }),
  ofType('.npy of uint16 up to 65,535: by 65,535', '<u2', [0, 13_107, 40_000, 65_535], {
    dtype: 'float32',
    values: [0, 0.2, 40_000 / 65_535, 1],
    notes: [/^uint16 values up to 65,535 are divided by 65,535$/],
  }),
  ofType('.npy of uint16 of 12 bits: by 4,095, told', '<u2', [0, 819, 2000, 4095], {
    dtype: 'float32',
    values: [0, 0.2, 2000 / 4095, 1],
    notes: [/^uint16 values up to 4,095 are divided by 4,095, for they fit 12 bits$/],
  }),
  ofType('.npy of uint16 up to 255: by 255', '<u2', levels, {
    dtype: 'uint8',
    values: levels.map(over(255)),
  }),
  ofType('.npy of uint16 of the other byte order', '>u2', [0, 300, 4000, 65_535], {
    dtype: 'float32',
    values: [0, 300, 4000, 65_535].map(over(65_535)),
  }),
  ofType('.npy of uint32: as they are', '<u4', [0, 1, 70_000, 4_294_967_040], {
    dtype: 'float32',
    values: [0, 1, 70_000, 4_294_967_040],
    notes: [/^uint32 values from 0 to 4,294,967,040 are kept as they are, rounded to the 24 bits/],
  }),
  ofType('.npy of uint64: as they are', '<u8', [0, 1, 2, 1000], {
    dtype: 'float32',
    values: [0, 1, 2, 1000],
    notes: [/^uint64 values from 0 to 1,000 are kept as they are/],
  }),
  ofType('.npy of float16', '<f2', [0, 0.5, -2, 0.25], {
    dtype: 'float32',
    values: [0, 0.5, -2, 0.25],
    notes: [/^float16 values from -2 to 0.5 are kept as they are/],
  }),
  ofType('.npy of float32 from 0 to 255: as they are, told', '<f4', [0, 127, 254, 255], {
    dtype: 'float32',
    values: [0, 127, 254, 255],
    notes: [/^float32 values from 0 to 255 are kept as they are, .*divide them by their largest/],
  }),
  ofType('.npy of float64 of the other byte order', '>f8', [0, 0.1, 0.25, 1], {
    dtype: 'float32',
    values: [0, 0.1, 0.25, 1],
    notes: [/^float64 values from 0 to 1 are kept as they are$/],
  }),
  alone('.npy of int64 vectors: real values', npy('<i8', [2, 3], [0, 1, 255, 3, 4, 5]), {
    shape: [3],
    dtype: 'float32',
    values: [0, 1, 255, 3, 4, 5],
    notes: [/^int64 values from 0 to 255 are kept as they are$/],
  }),
  alone(
    '.npy of images in Fortran order',
    npy('<f4', [2, 2, 3], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11], true),
    { shape: [1, 2, 3], values: counted(12) },
  ),
  alone(
    '.npy of big-endian colour in Fortran order, channels last',
    npy('>i2', [1, 2, 2, 3], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11], true),
    { shape: [3, 2, 2], values: [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map(over(255)) },
  ),
  alone('.npy of complex numbers: refused', npyOf('<c8', [1, 2], new Uint8Array(16)), {
    refused: /x\.npy: holds complex numbers\. Save numbers of dtype/,
  }),
  alone('.npy of Python objects: refused', npyOf('|O', [2], new Uint8Array(16)), {
    refused: /x\.npy: holds pickled Python objects, which could run code/,
  }),
  alone('.npy of words: refused as examples', npyOf('<U2', [2, 1], new Uint8Array(16)), {
    refused: /x\.npy: holds text/,
  }),
  alone('.npy of float64 beyond float32: refused', npy('<f8', [1, 2], [1, 1e300]), {
    refused: /x\.npy holds 1e\+300, which float32 cannot hold/,
  }),
];

const shapes: readonly DataLayout[] = [
  alone(
    '.npy [50, 4, 4, 3]: three channels last',
    npy(
      '|u1',
      [50, 4, 4, 3],
      counted(2400).map((v) => v & 255),
    ),
    {
      shape: [3, 4, 4],
      size: 50,
      values: counted(48).map((at) => ((at % 16) * 3 + Math.floor(at / 16)) / 255),
      notes: [/^\[50, 4, 4, 3\] is examples, height, width, channels: 3 channels last/],
    },
  ),
  alone(
    '.npy [50, 4, 4, 3] with channels first told',
    npy(
      '|u1',
      [50, 4, 4, 3],
      counted(2400).map((v) => v & 255),
    ),
    { shape: [4, 4, 3], values: counted(48).map(over(255)) },
    { layout: 'channels-first' },
  ),
  alone('.npy [N, 3, 8, 8]: channels first', npy('|u1', [1, 3, 8, 8], counted(192)), {
    shape: [3, 8, 8],
    values: counted(192).map(over(255)),
    notes: [/3 channels first$/],
  }),
  alone('.npy [N, 28, 28, 1]: gray', npy('|u1', [1, 4, 5, 1], counted(20, 100)), {
    shape: [1, 4, 5],
    values: counted(20, 100).map(over(255)),
  }),
  alone(
    '.npy [N, 3, 3, 3]: channels last, told that it is a choice',
    npy('|u1', [2, 3, 3, 3], counted(54, 100)),
    {
      shape: [3, 3, 3],
      values: [100, 103, 106].map(over(255)),
      notes: [/3 channels last; if that is wrong, give layout \(--layout channels-first\)$/],
    },
  ),
  alone(
    '.npy of 13 bands, [N, 16, 16, 13]: the shortest axis is the channels, told',
    npy('<f4', [1, 16, 16, 13], counted(3328)),
    {
      shape: [13, 16, 16],
      values: [0, 13, 26],
      notes: [/13 channels last; if that is wrong/],
    },
  ),
  alone(
    '.npy of volumes, [N, 6, 6, 6]: six channels, told',
    npy('<f4', [1, 6, 6, 6], counted(216)),
    {
      shape: [6, 6, 6],
      values: counted(216),
      notes: [/6 channels first; if that is wrong/],
    },
  ),
  alone(
    '.npy of one picture, [20, 30, 3]: refused, with the way out',
    npy('|u1', [20, 30, 3], Array(1800).fill(9)),
    {
      refused:
        /x\.npy has shape \[20, 30, 3\], which is one picture with 3 channels.*array\[None\]/,
    },
  ),
  alone(
    '.npy of narrow gray pictures [20, 30, 3], told by shape',
    npy('|u1', [20, 30, 3], Array(1800).fill(90)),
    { shape: [1, 30, 3], size: 20 },
    { shape: [30, 3] },
  ),
  alone(
    '.npy of rows of 784 values: vectors, told how to make images',
    npy(
      '|u1',
      [2, 784],
      counted(1568).map((v) => v & 255),
    ),
    {
      shape: [784],
      notes: [
        /^\[2, 784\] is 2 vectors of 784 values; if they are images, say so by shape \(--shape 28x28\)$/,
      ],
    },
  ),
  alone(
    '.npy of rows of 784 values with shape 28x28',
    npy(
      '<i4',
      [2, 784],
      counted(1568).map((v) => v & 255),
    ),
    { shape: [1, 28, 28], dtype: 'uint8', values: counted(784).map((v) => (v & 255) / 255) },
    { shape: [28, 28] },
  ),
  alone(
    '.npy of rows of 3 x 4 x 4 values, channels first',
    npy('|u1', [1, 48], counted(48, 100)),
    { shape: [3, 4, 4], values: counted(48, 100).map(over(255)) },
    { shape: [3, 4, 4] },
  ),
  alone(
    '.npy of rows of 4 x 4 x 3 values, channels last',
    npy('|u1', [1, 48], counted(48, 100)),
    {
      shape: [3, 4, 4],
      values: counted(48).map((at) => (100 + (at % 16) * 3 + Math.floor(at / 16)) / 255),
    },
    { shape: [4, 4, 3] },
  ),
  alone(
    '.npy with a shape that does not fit: refused',
    npy('|u1', [1, 48], counted(48)),
    {
      refused: /x\.npy: shape 5x5 has 25 values, but an example has 48/,
    },
    { shape: [5, 5] },
  ),
  alone('.npy of one row of numbers: refused', npy('<f4', [8], counted(8)), {
    refused: /x\.npy has shape \[8\]\. Give images as \[N, H, W\]/,
  }),
];

const withGaps = npy('<f4', [4, 2], [0, 1, Number.NaN, 3, 4, Number.POSITIVE_INFINITY, 8, 9]);

const gaps: readonly DataLayout[] = [
  alone('.npy with NaN and infinity: refused, all told at once', withGaps, {
    refused:
      /x\.npy: 2 values in 2 of 4 examples are not finite; the first: example 1 holds NaN at value 0\. Give missing \(--missing\)/,
  }),
  alone(
    '.npy with gaps, examples dropped',
    withGaps,
    {
      size: 2,
      values: [0, 1, 8, 9],
      origins: ['row 1', 'row 4'],
      notes: [/2 values in 2 of 4 examples are not finite.*: 2 examples left out$/],
    },
    { missing: 'drop' },
  ),
  alone(
    '.npy with gaps, filled with means',
    withGaps,
    { size: 4, values: [0, 1, 4, 3, 4, 13 / 3, 8, 9] },
    { missing: 'mean' },
  ),
  {
    title: '.npz with gaps, examples dropped together with their labels',
    files: { 'd.npz': npz({ x: withGaps, y: npy('<i8', [4], [5, 6, 7, 8]) }) },
    open: 'd.npz',
    options: { missing: 'drop' },
    expect: { size: 2, labels: [5, 8] },
  },
];

/** Arrays of numbers in files of their own: how their values and axes are read. */
export const numbered: readonly DataLayout[] = [
  ...types,
  ...shapes,
  ...gaps,
  {
    title: 'IDX: a file of images',
    files: { 'images-idx3-ubyte': idx([2, 1, 2], [0, 51, 102, 255]) },
    open: 'images-idx3-ubyte',
    expect: { shape: [1, 1, 2], size: 2, dtype: 'uint8', values: [0, 0.2, 0.4, 1], labels: null },
  },
  {
    title: 'IDX of int16 with negative values: as they are',
    files: { 'a.idx3-short': idx([1, 1, 2], [-5, 300], '>i2') },
    open: 'a.idx3-short',
    expect: { dtype: 'float32', values: [-5, 300] },
  },
  {
    title: 'IDX under any name, within gzip',
    files: { 'pictures.gz': gzip(idx([1, 2, 2], levels)) },
    open: 'pictures.gz',
    expect: { shape: [1, 2, 2], values: levels.map(over(255)) },
  },
  {
    title: '.npy within gzip',
    files: { 'x.npy.gz': gzip(npy('<f4', [2, 2], [1, 2, 3, 4])) },
    open: 'x.npy.gz',
    expect: { shape: [2], values: [1, 2, 3, 4] },
  },
  {
    title: '.npy under another name',
    files: { embeddings: npy('<f4', [2, 2], [1, 2, 3, 4]) },
    open: 'embeddings',
    expect: { shape: [2], values: [1, 2, 3, 4] },
  },
  {
    title: '.safetensors of float16',
    files: {
      'd.safetensors': safetensors({
        images: ['F16', [1, 2, 2], bytesOf('<f2', [0, 0.5, 0.25, 1])],
      }),
    },
    open: 'd.safetensors',
    expect: { shape: [1, 2, 2], dtype: 'float32', values: [0, 0.5, 0.25, 1] },
  },
  {
    title: '.safetensors of bfloat16, with labels',
    files: {
      'd.safetensors': safetensors({
        x_train: ['BF16', [2, 2], bytesOf('<u2', [0x3f80, 0x3f00, 0xc040, 0x3dcd])],
        y_train: ['I64', [2], bytesOf('<i8', [1, 0])],
      }),
    },
    open: 'd.safetensors',
    expect: { shape: [2], values: [1, 0.5, -3, 0.100097656], labels: [1, 0] },
  },
];
