import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { type Dataset, readRange } from '../../../src/data/dataset.js';
import { type OpenOptions, openDataset } from '../../../src/data/open.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-pictures-'));
});

afterAll(() => rm(root, { recursive: true }));

type Files = Record<string, Uint8Array | string>;

async function folder(name: string, files: Files): Promise<string> {
  for (const [file, content] of Object.entries(files)) {
    const path = join(root, name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return join(root, name);
}

/** Interleaved pixels: gray, or each of red, green and blue, told by place. */
function raw(height: number, width: number, channels: 1 | 3 | 4, offset = 0) {
  const data = Uint8Array.from(
    { length: height * width * channels },
    (_, i) => (offset + 5 * i + 70 * (i % channels)) & 255,
  );
  return { data, picture: sharp(data, { raw: { height, width, channels } }) };
}

const gray = (height: number, width: number, offset = 0) =>
  raw(height, width, 1, offset).picture.toColourspace('b-w').png().toBuffer();
const colour = (height: number, width: number, offset = 0) =>
  raw(height, width, 3, offset).picture.png().toBuffer();

async function example(dataset: Dataset, index = 0): Promise<number[]> {
  return Array.from((await readRange(dataset, index, index + 1)).data as Uint8Array);
}

/** Channels one after another. */
function planar(data: Uint8Array, channels: number): number[] {
  const size = data.length / channels;
  return Array.from(
    { length: data.length },
    (_, i) => data[(i % size) * channels + Math.floor(i / size)]!,
  );
}

async function refusal(path: string, options: OpenOptions = {}): Promise<string> {
  const error = await openDataset(path, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toMatch(/\n/);
  return message.replaceAll(`${root}/`, '');
}

describe('a folder of pictures', () => {
  test('gives every kind in the order of the names, colour if one has colour', async () => {
    const { data, picture } = raw(5, 4, 3);
    const path = await folder('kinds', {
      'a.png': await picture.clone().png().toBuffer(),
      'b.webp': await picture.clone().webp({ lossless: true }).toBuffer(),
      'c.gif': await picture.clone().gif({ effort: 10 }).toBuffer(),
      'd.JPG': await picture.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      'e.tiff': await picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
      'f.bmp': bmp(data, 5, 4),
      'g.png': await gray(5, 4),
      'notes.txt': 'no picture',
      '.hidden.png': 'no picture',
      '__MACOSX/._a.png': 'no picture',
    });
    const { name, train, skipped } = await openDataset(path);
    expect(name).toBe('kinds');
    expect(train).toMatchObject({ size: 7, shape: [3, 5, 4], dtype: 'uint8' });
    expect(skipped).toBeUndefined();
    expect(train.labels).toBeUndefined();
    for (const index of [0, 1, 2, 4, 5]) {
      expect(await example(train, index), `picture ${index}`).toEqual(planar(data, 3));
    }
    const jpeg = await example(train, 3);
    const differences = planar(data, 3).map((value, i) => Math.abs(value - jpeg[i]!));
    expect(Math.max(...differences)).toBeLessThan(12);
    const plane = Array.from(raw(5, 4, 1).data);
    expect(await example(train, 6)).toEqual([...plane, ...plane, ...plane]);
  });

  test('is gray when all are gray, of 8 or 16 bits, or when that is asked for', async () => {
    const deep = Uint16Array.from({ length: 6 }, (_, i) => i * 257 * 40);
    const path = await folder('gray', {
      '1.png': await gray(2, 3),
      '2.png': await sharp(deep, { raw: { height: 2, width: 3, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer(),
    });
    const { train } = await openDataset(path);
    expect(train).toMatchObject({ shape: [1, 2, 3], dtype: 'float32' });
    const { data } = raw(2, 3, 1);
    for (const [i, value] of (await example(train)).entries()) {
      expect(value).toBeCloseTo(data[i]! / 255, 6);
    }
    // The largest value has 16 bits.
    for (const [i, value] of (await example(train, 1)).entries()) {
      expect(value).toBeCloseTo(deep[i]! / 65535, 6);
    }
    expect((await openDataset(path, { channels: 3 })).train.shape).toEqual([3, 2, 3]);
    const coloured = await folder('coloured', { '1.png': await colour(2, 3) });
    expect((await openDataset(coloured, { channels: 1 })).train.shape).toEqual([1, 2, 3]);
  });

  test('has the first frame, the upright side up, and white where it is transparent', async () => {
    const frames = raw(8, 3, 3);
    const clear = sharp(Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0), {
      raw: { height: 1, width: 2, channels: 4 },
    });
    const moving = await folder('moving', {
      'a.gif': await sharp(frames.data, {
        raw: { height: 8, width: 3, channels: 3, pageHeight: 4 },
      })
        .gif({ effort: 10 })
        .toBuffer(),
    });
    const { train } = await openDataset(moving);
    expect(train.shape).toEqual([3, 4, 3]);
    expect(await example(train)).toEqual(planar(frames.data.slice(0, 36), 3));
    const turned = await folder('turned', {
      'a.png': await raw(2, 3, 3).picture.withMetadata({ orientation: 6 }).png().toBuffer(),
    });
    expect((await openDataset(turned)).train.shape).toEqual([3, 3, 2]);
    const seen = await folder('clear', { 'a.png': await clear.png().toBuffer() });
    expect(await example((await openDataset(seen)).train)).toEqual([10, 255, 20, 255, 30, 255]);
  });

  test('has its subfolders as labels, at any depth, and numbers where they are numbers', async () => {
    const path = await folder('labels', {
      'dog/1.png': await gray(2, 2, 1),
      'cat/deep/2.png': await gray(2, 2, 2),
      'dog/3.png': await gray(2, 2, 3),
    });
    const { train } = await openDataset(path);
    expect(train.classNames).toEqual(['cat', 'dog']);
    expect(Array.from(train.labels!)).toEqual([0, 1, 1]);
    expect((await example(train))[0]).toBe(2);
    await folder('labels', { 'loose.png': await gray(2, 2) });
    const { train: without, notes } = await openDataset(path);
    expect(Array.from(without.labels!)).toEqual([0, 1, 1]);
    expect(notes!.map(({ text }) => text)).toContain(
      '1 picture left out, beside the folders of classes: loose.png',
    );
    const digits = await folder('digits', {
      '7/a.png': await gray(2, 2),
      '10/a.png': await gray(2, 2),
    });
    expect(Array.from((await openDataset(digits)).train.labels!)).toEqual([7, 10]);
  });

  test('with train and test in it gives both, with the same classes', async () => {
    const path = await folder('parts', {
      'train/cat/1.png': await gray(2, 2),
      'train/dog/2.png': await colour(2, 2),
      'test/dog/3.png': await gray(2, 2),
    });
    const { train, test: kept } = await openDataset(path);
    expect([train.size, kept!.size]).toEqual([2, 1]);
    expect(kept!.shape).toEqual([3, 2, 2]);
    expect(kept!.classNames).toEqual(train.classNames);
    expect(Array.from(kept!.labels!)).toEqual([1]);
    await folder('parts', {
      'test/dog/4.png': await gray(3, 2),
      'test/dog/3.png': await gray(3, 2),
    });
    expect(await refusal(path)).toMatch(
      /pictures differ in size: parts\/train\/cat\/1\.png is 2 high and 2 wide, parts\/test\/dog\/3\.png is 3 high/,
    );
  });

  test('takes labels from a file, which skipped pictures do not shift', async () => {
    const path = await folder('listed', {
      'a.png': await gray(2, 2, 1),
      'b.png': 'broken',
      'c.png': await gray(2, 2, 3),
    });
    await writeFile(join(root, 'list.txt'), 'label\nowl\nfox\nowl\n');
    const { train, skipped } = await openDataset(path, { label: join(root, 'list.txt') });
    expect(train.classNames).toEqual(['fox', 'owl']);
    expect(Array.from(train.labels!)).toEqual([1, 1]);
    expect(skipped!.map((each) => each.name)).toEqual([join(path, 'b.png')]);
    await writeFile(join(root, 'list.txt'), 'owl\nfox\n');
    expect(await refusal(path, { label: join(root, 'list.txt') })).toMatch(
      /list\.txt: 2 labels, but listed holds 3 pictures/,
    );
  });

  test('is brought to one size: stretched, or with its proportions and cut', async () => {
    // Left half black, right half white.
    const halves = Uint8Array.from({ length: 8 * 16 }, (_, i) => (i % 16 < 8 ? 0 : 255));
    const path = await folder('sizes', {
      'a.png': await sharp(halves, { raw: { height: 8, width: 16, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
      'b.png': await gray(9, 9),
    });
    const stretched = (await openDataset(path, { resize: [4, 6] })).train;
    expect(stretched.shape).toEqual([1, 4, 6]);
    const square = (await openDataset(path, { resize: 4, crop: 'center' })).train;
    expect(square.shape).toEqual([1, 4, 4]);
    const row = (await example(square)).slice(0, 4);
    expect(row[0]).toBeLessThan(40);
    expect(row[3]).toBeGreaterThan(215);
    expect(await refusal(path)).toBe(
      'sizes: pictures differ in size: sizes/a.png is 8 high and 16 wide, sizes/b.png is 9 high and 9 wide. Give resize (--resize) to bring all to one size.',
    );
    expect(await refusal(path, { crop: 'center' })).toMatch(/crop needs resize/);
    expect(await refusal(path, { resize: 0 })).toMatch(/resize/);
    expect(await refusal(path, { channels: 2 as 1 })).toMatch(/must be 1 \(gray\) or 3/);
    expect(await refusal(path, { rezise: 4 } as OpenOptions)).toMatch(/Did you mean 'resize'/);
  });

  test('names and skips pictures that cannot be read, or stops when strict', async () => {
    const whole = await colour(40, 40);
    const path = await folder('broken', {
      'x/a.png': whole,
      // The header is right, the pixels are cut off.
      'x/b.png': whole.subarray(0, whole.length >> 1),
      'y/c.png': 'no picture',
      'y/d.png': await colour(40, 40, 9),
      'y/e.png': '',
      'z/f.bmp': bmp(raw(40, 40, 3).data, 40, 40).subarray(0, 2000),
    });
    const told: string[] = [];
    const { train, skipped } = await openDataset(path, { onProgress: (line) => told.push(line) });
    expect(train.size).toBe(2);
    expect(Array.from(train.labels!)).toEqual([0, 1]);
    expect(await example(train, 1)).toEqual(planar(raw(40, 40, 3, 9).data, 3));
    expect(skipped!.map(({ name }) => name.slice(path.length + 1))).toEqual([
      'x/b.png',
      'y/c.png',
      'y/e.png',
      'z/f.bmp',
    ]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/4 broken pictures skipped, the first .*x\/b\.png/);
    expect(await refusal(path, { strict: true })).toMatch(
      /broken\/[xyz]\/[bcef]\.\w+: not a picture that can be read \(.*\)\. Replace or remove it/,
    );
  });

  test('without any that can be read is refused', async () => {
    const path = await folder('useless', { 'a.png': 'a', 'b.jpg': 'b' });
    expect(await refusal(path)).toMatch(/none of 2 pictures can be read; useless\/a\.png: /);
    await mkdir(join(root, 'empty'));
    expect(await refusal(join(root, 'empty'))).toMatch(/^empty: the folder is empty\. Give one of/);
    const other = await folder('other', { 'a.doc': 'a' });
    expect(await refusal(other)).toMatch(/there is no data in it that vaekit reads/);
  });

  test('with links that lead in a circle is read once', async () => {
    const path = await folder('circle', { 'a/1.png': await gray(2, 2) });
    await symlink(path, join(path, 'a', 'again'));
    const { train } = await openDataset(path);
    expect(train.size).toBe(1);
  });

  test('with links to the same pictures, or to none, reads each picture once', async () => {
    const elsewhere = await folder('elsewhere', { '9.png': await gray(2, 2, 9) });
    const path = await folder('links', {
      'a/1.png': await gray(2, 2, 1),
      'z/2.png': await gray(2, 2),
    });
    await symlink(join(path, 'z'), join(path, 'b'));
    await symlink(join(path, 'a', '1.png'), join(path, 'z', '3.png'));
    await symlink(elsewhere, join(path, 'c'));
    await symlink(elsewhere, join(path, 'd'));
    await symlink(join(root, 'nowhere.png'), join(path, 'a', 'gone.png'));
    const { train, notes, skipped } = await openDataset(path);
    expect(Array.from({ length: train.size }, (_, i) => train.origin!(i))).toEqual([
      'a/1.png',
      'c/9.png',
      'z/2.png',
    ]);
    expect(train.classNames).toEqual(['a', 'c', 'z']);
    expect(skipped).toHaveLength(1);
    expect(notes!.map(({ text }) => text)).toContain(
      '3 links lead to files that are read already, the first is b',
    );
  });

  test('is looked at without decoding more than a sample', async () => {
    const files: Files = { 'b/99.png': 'broken', 'b/100.png': await gray(4, 4, 200) };
    for (let i = 0; i < 20; i++) files[`a/${i}.png`] = await gray(4, 4, i);
    const path = await folder('sampled', files);
    const { train, skipped, notes } = await openDataset(path, { sample: 4 });
    // Pictures 0, 5, 11 and 16 of 22 alone were looked at, none of which is broken.
    expect(train).toMatchObject({ size: 22, shape: [1, 4, 4], classNames: ['a', 'b'] });
    expect(skipped).toBeUndefined();
    expect(notes!.map(({ about }) => about)).toEqual(['format', 'labels', 'order', 'axes']);
    expect(await example(train, 11)).toEqual(Array.from(raw(4, 4, 1, 11).data));
    expect(await example(train, 21)).toEqual(Array.from(raw(4, 4, 1, 200).data));
    await expect(readRange(train, 20, 21)).rejects.toThrow(/b\/99\.png: not a picture/);
    const whole = await openDataset(path);
    expect(whole.train.size).toBe(21);
    expect(whole.train.origin!(20)).toBe('b/100.png');
  });

  test('of more than 8 bits is kept on disk with its origins and notes', async () => {
    const deep = (value: number) =>
      sharp(Uint16Array.of(0, value), { raw: { height: 1, width: 2, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer();
    const path = await folder('deep', {
      'train/1.png': await deep(1000),
      'test/2.png': await deep(4095),
    });
    const options = { cache: join(root, 'deep-cache'), memoryLimit: 4 };
    for (let i = 0; i < 2; i++) {
      const { train, test: held, notes } = await openDataset(path, options);
      expect(train).not.toHaveProperty('images');
      expect((await example(train))[1]).toBeCloseTo(1000 / 4095, 6);
      expect((await example(held!))[1]).toBe(1);
      expect(held!.origin!(0)).toBe('test/2.png');
      expect(notes!.filter(({ text }) => /divided by 4,095/.test(text))).toHaveLength(1);
    }
    // Another picture of the test part changes the scale of pictures to train on.
    await folder('deep', { 'test/2.png': await deep(60_000) });
    const { train } = await openDataset(path, options);
    expect((await example(train))[1]).toBeCloseTo(1000 / 65535, 6);
  });

  test('over the memory limit is decoded once, and again when a file changes', async () => {
    const path = await folder('large', {
      'a/1.png': await colour(8, 8, 1),
      'b/2.png': 'broken',
      'b/3.png': await colour(8, 8, 3),
    });
    const cache = join(root, 'cache');
    const options = { cache, memoryLimit: 100 };
    for (let i = 0; i < 2; i++) {
      const { train, skipped } = await openDataset(path, options);
      expect(train).not.toHaveProperty('images');
      expect(train.size).toBe(2);
      expect(Array.from(train.labels!)).toEqual([0, 1]);
      expect(train.classNames).toEqual(['a', 'b']);
      expect(skipped).toHaveLength(1);
      expect(await example(train, 1)).toEqual(planar(raw(8, 8, 3, 3).data, 3));
    }
    expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
    expect(await refusal(path, { ...options, strict: true })).toMatch(/b\/2\.png: not a picture/);
    await openDataset(path, { ...options, resize: 4 });
    expect(await readdir(join(cache, 'shards'))).toHaveLength(2);
    await utimes(join(path, 'a', '1.png'), 1, 1);
    await openDataset(path, options);
    expect(await readdir(join(cache, 'shards'))).toHaveLength(3);
  });

  test('of damaged files is read or refused in one line', async () => {
    const { data, picture } = raw(6, 6, 3);
    const kinds = [
      await picture.clone().png().toBuffer(),
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().webp().toBuffer(),
      await picture.clone().gif().toBuffer(),
      Buffer.from(bmp(data, 6, 6)),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(kinds.length - 1),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (kind, at, value, cut) => {
          const bytes = kinds[kind]!;
          const place = at % bytes.length;
          const content = cut ? bytes.subarray(0, place) : Buffer.from(bytes);
          if (!cut) content[place] = value;
          const path = await folder('any', { 'a.png': content });
          const result = await openDataset(path, { resize: 4, channels: 3 }).catch(
            (error: unknown) => error,
          );
          if (result instanceof Error) {
            expect(result).toBeInstanceOf(UserError);
            expect(result.message).not.toMatch(/\n/);
          } else expect(result).toHaveProperty('train.shape', [3, 4, 4]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** A BMP file of 24 bits a pixel, whose rows lie from the bottom up and end on 4 bytes. */
function bmp(rgb: Uint8Array, height: number, width: number): Uint8Array {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = new Uint8Array(54 + stride * height);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        file[54 + (height - 1 - y) * stride + 3 * x + channel] =
          rgb[(y * width + x) * 3 + 2 - channel]!;
      }
    }
  }
  return file;
}
