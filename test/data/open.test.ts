import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { openDataset } from '../../src/data/open.js';
import { gzip, idxFile } from './codecs/idx-file.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-open-'));
});

afterAll(() => rm(root, { recursive: true }));

const images = (size: number) => idxFile('uint8', [size, 2, 2], Array(size * 4).fill(size));
const labels = (size: number) => idxFile('uint8', [size], Array(size).fill(1));

async function folder(name: string, files: Record<string, Uint8Array>): Promise<string> {
  await mkdir(join(root, name), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(root, name, file), bytes);
  return join(root, name);
}

describe('openDataset', () => {
  test('knows the public sets by name', async () => {
    const { name, train, test } = await openDataset('mnist', {
      cache: '/nonexistent',
      mirrors: [],
    });
    expect([name, train.size, test?.size]).toEqual(['mnist', 60_000, 10_000]);
  });

  test('opens a folder of IDX files, plain or gzip, whatever the separators', async () => {
    const path = await folder('kanji', {
      'train-images-idx3-ubyte.gz': gzip(images(4)),
      'train-labels.idx1-ubyte': labels(4),
      't10k-images-idx3-ubyte': images(2),
      't10k-labels-idx1-ubyte.gz': gzip(labels(2)),
      'readme.txt': new Uint8Array(),
    });
    for (const spec of [path, `${path}/`]) {
      const { name, train, test } = await openDataset(spec);
      expect(name).toBe('kanji');
      expect(train).toMatchObject({ name: 'kanji train', size: 4, shape: [1, 2, 2] });
      expect(test).toMatchObject({ name: 'kanji test', size: 2 });
      expect([train.labels?.length, test?.labels?.length]).toEqual([4, 2]);
    }
  });

  test('opens a folder without test images or labels', async () => {
    const path = await folder('bare', { 'train-images-idx3-ubyte': images(4) });
    const data = await openDataset(path);
    expect(data.train.size).toBe(4);
    expect(data.train.labels).toBeUndefined();
    expect(data).not.toHaveProperty('test');
  });

  test('opens one IDX file with the labels beside it', async () => {
    const path = await folder('beside', {
      'a-images-idx3-ubyte': images(3),
      'a-labels-idx1-ubyte.gz': gzip(labels(3)),
      'b-images.idx3-ubyte.gz': gzip(images(5)),
      'b-labels.idx1-ubyte': labels(5),
      'c.idx': images(6),
    });
    const a = await openDataset(join(path, 'a-images-idx3-ubyte'));
    expect([a.name, a.train.size, a.train.labels?.length]).toEqual(['a-images', 3, 3]);
    const b = await openDataset(join(path, 'b-images.idx3-ubyte.gz'));
    expect([b.name, b.train.size, b.train.labels?.length]).toEqual(['b-images', 5, 5]);
    const c = await openDataset(join(path, 'c.idx'));
    expect([c.name, c.train.size, c.train.labels]).toEqual(['c', 6, undefined]);
  });

  test('refuses images and labels that differ in count, naming both', async () => {
    const path = await folder('unequal', {
      'train-images-idx3-ubyte': images(4),
      'train-labels-idx1-ubyte': labels(3),
    });
    const outcome = openDataset(path);
    await expect(outcome).rejects.toThrow(UserError);
    await expect(outcome).rejects.toThrow(
      /train-images-idx3-ubyte holds 4 examples, but .*train-labels-idx1-ubyte holds 3 labels/,
    );
  });

  test.each([
    [
      'mnits',
      /^No data "mnits": .* Did you mean mnist\? Give one of: mnist, fashion-mnist, sprites, a folder/,
    ],
    ['fashion_mnist', /Did you mean fashion-mnist\?/],
    ['no/such/place', /^No data "no\/such\/place": .*folder\. Give one of: mnist/],
    ['', /^No data ""/],
    ['constructor', /^No data "constructor"/],
  ])('names the data to give instead of %j', async (spec, message) => {
    const outcome = openDataset(spec);
    await expect(outcome).rejects.toThrow(UserError);
    await expect(outcome).rejects.toThrow(message);
  });

  test('says so when a folder or a file holds no data', async () => {
    const path = await folder('other', { 'notes.txt': new TextEncoder().encode('hello') });
    await expect(openDataset(path)).rejects.toThrow(/other: there is no data in it.*Give one of/);
    await expect(openDataset(join(path, 'notes.txt'))).rejects.toThrow(
      /notes.txt: there is no row of numbers. It begins with "hello"/,
    );
  });
});
