import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Dataset, readRange } from '../../../src/data/dataset.js';
import { openDataset } from '../../../src/data/datasets.js';
import { datasets, judges, Tensor } from '../../../src/index.js';
import { emptyFolder } from '../../cli/folder.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/factors/${name}`, import.meta.url));

const levelsAt = ({ factors }: Dataset, i: number) => factors!.map(({ level }) => level(i));

describe('dSprites', () => {
  test('has its factors, with the values of their levels', async () => {
    const { train, notes } = await openDataset(fixture('dsprites-small.npz'));
    expect([train.size, train.shape, train.labels]).toEqual([96, [1, 8, 8], undefined]);
    const counts = train.factors!.map(({ name, values }) => [name, values.length]);
    expect(counts).toEqual([
      ['color', 1],
      ['shape', 3],
      ['scale', 2],
      ['orientation', 4],
      ['posX', 2],
      ['posY', 2],
    ]);
    expect(train.factors![3]!.values[3]).toBeCloseTo(2 * Math.PI, 12);
    const { data } = await readRange(train, 0, 96);
    for (let i = 0; i < 96; i++) {
      const bit = (at: number, k: number) =>
        (data as Uint8Array)[i * 64 + at * 8 + k]! === 255 ? 1 : 0;
      expect(levelsAt(train, i)).toEqual([0, 1, 2, 3, 4, 5].map((k) => bit(0, k) + 2 * bit(1, k)));
    }
    expect(notes!.find(({ about }) => about === 'factors')!.text).toBe(
      'the factors are those of dSprites, by latents_values [96, 6]: color (1), shape (3), scale (2), orientation (4), posX (2), posY (2)',
    );
    expect(notes!.find(({ about }) => about === 'left out')!.text).toMatch(/^array metadata;/);
  });

  test('has its shapes as classes where that is asked for, and its factors after a split', async () => {
    const path = fixture('dsprites-small.npz');
    const { train } = await openDataset(path, { label: 'latents_classes:1' });
    expect(Array.from(train.labels!)).toEqual(
      Array.from({ length: 96 }, (_, i) => levelsAt(train, i)[1]),
    );
    const { validation } = datasets.split(train, 0.25, 1);
    const codes = Float32Array.from(
      { length: 24 * 6 },
      (_, place) => levelsAt(validation, Math.floor(place / 6))[place % 6]!,
    );
    const votes = { train: 50, test: 50 };
    const found = await judges.disentanglement(new Tensor('float32', codes, [24, 6]), validation, {
      votes,
    });
    expect(found.factors).toEqual(['shape', 'scale', 'orientation', 'posX', 'posY']);
    expect(found.factorVae).toBe(1);
  });
});

describe('3dshapes', () => {
  test('has its pictures and factors, read from blocks of an HDF5 file', async () => {
    const { train, notes } = await openDataset(fixture('3dshapes-small.h5'));
    expect([train.size, train.shape, train.labels]).toEqual([288, [3, 6, 6], undefined]);
    expect(train.factors!.map(({ name, values }) => [name, values.length])).toEqual([
      ['floor hue', 3],
      ['wall hue', 2],
      ['object hue', 2],
      ['scale', 3],
      ['shape', 2],
      ['orientation', 4],
    ]);
    expect(train.factors![5]!.values).toEqual([-30, -10, 10, 30]);
    const { data } = await readRange(train, 0, 288);
    for (let i = 0; i < 288; i++) {
      const row = Array.from({ length: 6 }, (_, y) => (data as Uint8Array)[i * 108 + y * 6]! / 60);
      expect(levelsAt(train, i)).toEqual(row);
      expect((data as Uint8Array)[i * 108 + 72 + 1]).toBe(255);
    }
    expect(notes!.some(({ text }) => text.includes('labels left out'))).toBe(false);
  });
});

describe('an HDF5 file', () => {
  test('has arrays in groups, of either order of bytes', async () => {
    const { train } = await openDataset(fixture('arrays.h5'), { columns: ['group/x_train'] });
    expect([train.size, train.shape, train.dtype]).toEqual([6, [1, 2, 2], 'uint8']);
    const { data } = await readRange(train, 0, 6);
    expect(Array.from(data as Uint8Array)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    const labelled = await openDataset(fixture('arrays.h5'), {
      columns: ['group/x_train'],
      label: 'group/y_train',
    });
    expect(Array.from(labelled.train.labels!)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('of words or halves, or that is damaged, is refused', async () => {
    for (const columns of [['words'], ['half']]) {
      await expect(openDataset(fixture('arrays.h5'), { columns })).rejects.toThrow(
        `arrays.h5: ${columns[0]} holds no numbers that are read`,
      );
    }
    const folder = await emptyFolder();
    const path = join(folder, 'cut.h5');
    const bytes = await readFile(fixture('3dshapes-small.h5'));
    await writeFile(path, bytes.subarray(0, bytes.length / 2));
    await expect(openDataset(path)).rejects.toThrow('cut.h5: it cannot be read as HDF5');
    const whole = join(folder, 'data');
    await copyFile(fixture('3dshapes-small.h5'), whole);
    expect((await openDataset(whole)).train.size).toBe(288);
  });
});
