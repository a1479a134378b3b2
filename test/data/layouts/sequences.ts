import { counted, latin, npy } from './array-files.js';
import type { DataLayout } from './layout.js';

/** Two sequences of 3 channels and 40 steps; value i is i. */
const waves = counted(240);

/** The same with the channels last. */
const wavesLast = Array.from({ length: 240 }, (_, i) => {
  const [example, step, channel] = [Math.floor(i / 120), Math.floor(i / 3) % 40, i % 3];
  return example * 120 + channel * 40 + step;
});

function alone(
  title: string,
  [name, file]: readonly [string, string | Uint8Array],
  expect: DataLayout['expect'],
  options?: DataLayout['options'],
): DataLayout {
  return { title, files: { [name]: file }, open: name, expect, ...(options ? { options } : {}) };
}

/** Arrays and tables of sequences, whose examples are [channels, steps]. */
export const sequences: readonly DataLayout[] = [
  alone(
    '.npy [N, 3, 40]: few channels and many steps, told that it is a choice',
    ['x.npy', npy('<f4', [2, 3, 40], waves)],
    {
      shape: [3, 40],
      size: 2,
      dtype: 'float32',
      values: waves,
      notes: [
        /^\[2, 3, 40\] is 2 sequences of 40 steps and 3 channels; if they are gray images, say so by shape \(--shape 3x40\)$/,
      ],
    },
  ),
  alone(
    '.npy [N, 40, 3]: many steps and few channels, told that it is a choice',
    ['x.npy', npy('<f4', [2, 40, 3], wavesLast)],
    { shape: [3, 40], values: waves, notes: [/40 steps and 3 channels, channels last; if they/] },
  ),
  alone(
    '.npy [N, 3, 40] of gray pictures, told by shape',
    ['x.npy', npy('<f4', [2, 3, 40], waves)],
    { shape: [1, 3, 40], values: waves },
    { shape: [3, 40] },
  ),
  alone(
    '.npy [N, 10, 12] of sequences, told by layout',
    ['x.npy', npy('<f4', [2, 10, 12], waves)],
    { shape: [10, 12], values: waves, notes: [/12 steps and 10 channels, as layout tells$/] },
    { layout: 'sequences' },
  ),
  alone(
    '.npy [N, 40, 3] of sequences with channels last, told by layout',
    ['x.npy', npy('<f4', [2, 40, 3], wavesLast)],
    { shape: [3, 40], values: waves },
    { layout: 'sequences-channels-last' },
  ),
  alone(
    '.npy [N, T] of sequences, told by layout',
    ['x.npy', npy('<f4', [4, 60], waves)],
    { shape: [1, 60], size: 4, dtype: 'float32', values: waves },
    { layout: 'sequences' },
  ),
  alone(
    '.npy of int16 sequences, as sound is kept: as they are',
    ['x.npy', npy('<i2', [2, 1, 20], counted(40))],
    { shape: [1, 20], dtype: 'float32', values: counted(40) },
  ),
  alone(
    '.npy of rows of 120 values as sequences of 3 channels, by layout and shape',
    ['x.npy', npy('<f4', [2, 120], waves)],
    { shape: [3, 40], values: waves },
    { layout: 'sequences', shape: [3, 40] },
  ),
  alone(
    '.npy of images as sequences: refused',
    ['x.npy', npy('<f4', [2, 3, 4, 10], waves)],
    { refused: /x\.npy has shape \[2, 3, 4, 10\]\. Give sequences as \[N, steps\] or/ },
    { layout: 'sequences' },
  ),
  alone(
    '.npy [20, 30, 3] of sequences, told by layout',
    ['x.npy', npy('<f4', [20, 30, 3], counted(1800))],
    { shape: [3, 30], size: 20 },
    { layout: 'sequences-channels-last' },
  ),
  alone(
    'CSV with a sequence a row, told by layout',
    ['x.csv', latin('t0,t1,t2,t3\n1,2,3,4\n5,6,7,8\n')],
    { shape: [1, 4], size: 2, dtype: 'float32', values: [1, 2, 3, 4, 5, 6, 7, 8] },
    { layout: 'sequences' },
  ),
  alone(
    'CSV with a sequence of 2 channels a row, channels last, told by layout and shape',
    ['x.csv', latin('a0,b0,a1,b1\n1,2,3,4\n5,6,7,8\n')],
    { shape: [2, 2], size: 2, values: [1, 3, 2, 4, 5, 7, 6, 8] },
    { layout: 'sequences-channels-last', shape: [2, 2] },
  ),
];
