import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { idxDataset } from '../../../src/data/formats/idx-dataset.js';
import { gzip, idxFile } from '../codecs/idx-file.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-idx-'));
});

afterAll(() => rm(folder, { recursive: true }));

const count = (length: number) => Array.from({ length }, (_, i) => i);

describe('idxDataset', () => {
  test('reads images and labels from files and names itself after the images', async () => {
    await writeFile(at('tiny-images-idx3-ubyte.gz'), gzip(idxFile('uint8', [2, 2, 3], count(12))));
    await writeFile(at('labels'), idxFile('uint8', [2], [7, 3]));
    const data = await idxDataset({
      images: at('tiny-images-idx3-ubyte.gz'),
      labels: at('labels'),
      classNames: ['a'],
    });
    expect(data).toMatchObject({
      name: 'tiny-images',
      size: 2,
      shape: [1, 2, 3],
      dtype: 'uint8',
      classNames: ['a'],
    });
    expect(data.images.dims).toEqual([2, 1, 2, 3]);
    expect(Array.from(data.labels ?? [])).toEqual([7, 3]);
    const second = new Uint8Array(6);
    await data.read([1], second);
    expect([...second]).toEqual([6, 7, 8, 9, 10, 11]);
  });

  test.each([
    ['vectors', [2, 6], [6]],
    ['gray images', [3, 2, 2], [1, 2, 2]],
    ['colour images', [1, 3, 2, 2], [3, 2, 2]],
  ])('gives %s of shape %j the shape %j', async (_, shape, expected) => {
    const images = idxFile('float32', shape, count(12));
    const data = await idxDataset({ images });
    expect(data).toMatchObject({ name: 'data', dtype: 'float32', shape: expected });
    expect(data.labels).toBeUndefined();
  });

  test('rounds float64 to float32', async () => {
    const data = await idxDataset({ images: idxFile('float64', [1, 2], [0.1, -3e-50]) });
    expect(data.images.data).toEqual(Float32Array.of(0.1, -0));
  });

  test('takes whole labels as floats, in a column and one-hot', async () => {
    const images = idxFile('uint8', [2, 1], [0, 1]);
    for (const labels of [
      idxFile('float64', [2], [1, 0]),
      idxFile('uint8', [2, 1], [1, 0]),
      idxFile('uint8', [2, 2], [0, 1, 1, 0]),
    ]) {
      expect(Array.from((await idxDataset({ images, labels })).labels ?? [])).toEqual([1, 0]);
    }
  });

  test('takes labels of any whole-number type', async () => {
    const images = idxFile('uint8', [2, 1], [0, 1]);
    for (const dtype of ['uint8', 'int8', 'int16', 'int32'] as const) {
      const { labels } = await idxDataset({ images, labels: idxFile(dtype, [2], [100, 2]) });
      expect(Array.from(labels ?? [])).toEqual([100, 2]);
    }
  });

  test('names both files and counts when images and labels differ', async () => {
    await writeFile(at('three'), idxFile('uint8', [3, 1, 1], [1, 2, 3]));
    await writeFile(at('two'), idxFile('uint8', [2], [1, 2]));
    await expect(idxDataset({ images: at('three'), labels: at('two') })).rejects.toThrow(
      new UserError(
        `${at('three')} holds 3 images, but ${at('two')} holds 2 labels. Give files that belong together.`,
      ),
    );
  });

  const pixel = idxFile('uint8', [1, 1], [1]);
  test.each([
    ['one dimension', { images: idxFile('uint8', [4], [1, 2, 3, 4]) }, /has shape \[4\]/],
    ['five dimensions', { images: idxFile('uint8', [1, 1, 1, 1, 1], [1]) }, /has shape/],
    ['no images', { images: idxFile('uint8', [0, 2, 2], []) }, /no values.*\[0, 2, 2\]/],
    ['empty images', { images: idxFile('uint8', [2, 0, 2], []) }, /no values/],
    [
      'NaN',
      { images: idxFile('float32', [2, 2], [0, 0, 0, NaN]) },
      /example 1 holds NaN at value 1/,
    ],
    [
      'infinity',
      { images: idxFile('float64', [1, 1], [1e300]) },
      /holds 1e\+300, which float32 cannot hold/,
    ],
    [
      'labels of several classes',
      { images: pixel, labels: idxFile('uint8', [1, 3], [1, 0, 1]) },
      /labels has shape \[1, 3\]: an example may be of several/,
    ],
    [
      'labels of halves',
      { images: pixel, labels: idxFile('float32', [1], [0.5]) },
      /whole numbers/,
    ],
  ])('refuses %s', async (_, source, message) => {
    const outcome = idxDataset({ ...source, name: 'mine' });
    await expect(outcome).rejects.toThrow(UserError);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toThrow(/^mine/);
  });
});
