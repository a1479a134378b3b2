import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { encodeNpy } from '../../../src/data/codecs/npy.js';
import { type Dataset, readRange } from '../../../src/data/dataset.js';
import { type OpenOptions, openDataset } from '../../../src/data/open.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-arrays-'));
});

afterAll(() => rm(root, { recursive: true }));

const counted = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);
const bytes = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return new Tensor('uint8', counted(count), shape);
};

async function file(name: string, content: Uint8Array): Promise<string> {
  const path = join(root, name);
  await writeFile(path, content);
  return path;
}

const npy = (name: string, tensor: Tensor) => file(name, encodeNpy(tensor));

async function npz(name: string, arrays: Record<string, Tensor>): Promise<string> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [key, tensor] of Object.entries(arrays)) {
    await writer.add(`${key}.npy`, new Uint8ArrayReader(encodeNpy(tensor)));
  }
  return file(name, await writer.close());
}

async function values(dataset: Dataset): Promise<number[]> {
  return Array.from((await readRange(dataset, 0, dataset.size)).data as Float32Array);
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

describe('an .npy file', () => {
  test.each([
    ['[N, H, W]', [3, 4, 5], [1, 4, 5]],
    ['[N, features]', [3, 4], [4]],
    ['[N, C, H, W]', [2, 3, 4, 5], [3, 4, 5]],
    ['[N, C, H, W] whose width could be channels', [2, 1, 4, 3], [1, 4, 3]],
    ['[N, H, W, C]', [2, 6, 5, 3], [3, 6, 5]],
    ['[N, H, W, C] of gray', [2, 6, 5, 1], [1, 6, 5]],
  ])('of shape %s gives its examples', async (_, shape, expected) => {
    const { train } = await openDataset(await npy('shape.npy', bytes(...shape)));
    expect(train).toMatchObject({ name: 'shape', size: shape[0], shape: expected, dtype: 'uint8' });
  });

  test('with channels last has them moved first', async () => {
    const { train } = await openDataset(await npy('last.npy', bytes(2, 1, 2, 3)));
    // The second axis is 1, so this is channels first.
    expect(await values(train)).toEqual(Array.from(counted(12)));
    const moved = (await openDataset(await npy('moved.npy', bytes(2, 2, 2, 3)))).train;
    const image = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11];
    expect(await values(moved)).toEqual([...image, ...image.map((value) => value + 12)]);
  });

  test('of floats, truth values or whole numbers is converted; gaps are refused', async () => {
    const wide = new Tensor('float64', Float64Array.of(0.5, -1, 0.25, 1), [2, 2]);
    const { train } = await openDataset(await npy('wide.npy', wide));
    expect(train.dtype).toBe('float32');
    expect(await values(train)).toEqual([0.5, -1, 0.25, 1]);
    const truth = new Tensor('bool', Uint8Array.of(0, 1), [1, 2]);
    expect(await values((await openDataset(await npy('truth.npy', truth))).train)).toEqual([
      0, 255,
    ]);
    const whole = new Tensor('int32', Int32Array.of(1, 2), [1, 2]);
    expect(await values((await openDataset(await npy('whole.npy', whole))).train)).toEqual([1, 2]);
    const bad = new Tensor('float32', Float32Array.of(1, Number.NaN), [1, 2]);
    expect(await refusal(await npy('bad.npy', bad))).toMatch(
      /bad\.npy: 1 value in 1 of 1 example is not finite; the first: example 0 holds NaN at value 1/,
    );
  });

  test('has the labels beside it, or from a named file', async () => {
    const path = await npy('x_train.npy', bytes(3, 2));
    await npy('y_train.npy', new Tensor('int64', BigInt64Array.of(4n, 0n, 9n), [3, 1]));
    expect(Array.from((await openDataset(path)).train.labels!)).toEqual([4, 0, 9]);
    await writeFile(join(root, 'words.txt'), 'b\na\nb\n');
    const { train } = await openDataset(path, { label: join(root, 'words.txt') });
    expect(train.classNames).toEqual(['a', 'b']);
    expect(Array.from(train.labels!)).toEqual([1, 0, 1]);
    await npy('y_train.npy', bytes(2));
    expect(await refusal(path)).toMatch(
      /x_train\.npy holds 3 examples, but y_train\.npy holds 2 labels/,
    );
    await npy('y_train.npy', new Tensor('float32', Float32Array.of(2, 0, 1), [3]));
    expect(Array.from((await openDataset(path)).train.labels!)).toEqual([2, 0, 1]);
    const label = await npy('y_train.npy', bytes(3, 2));
    const { train: plain, notes } = await openDataset(path);
    expect(plain.labels).toBeUndefined();
    expect(notes).toContainEqual({
      about: 'labels',
      text: expect.stringMatching(/^labels left out: .*y_train\.npy has shape \[3, 2\]/),
      doubtful: true,
    });
    expect(await refusal(path, { label })).toMatch(
      /y_train\.npy has shape \[3, 2\]: .*\. Give labels as \[N\]/,
    );
    expect(await refusal(path, { label: join(root, 'nothing.npy') })).toMatch(/Cannot read/);
  });

  test('over the memory limit is read from the file itself, or from the cache', async () => {
    const cache = join(root, 'npy-cache');
    const options = { cache, memoryLimit: 10 };
    const { train } = await openDataset(await npy('big.npy', bytes(5, 2, 2, 3)), options);
    expect(train).not.toHaveProperty('images');
    const whole = await openDataset(join(root, 'big.npy'));
    expect(whole.train).toHaveProperty('images');
    expect(await values(train)).toEqual(await values(whole.train));
    await expect(readdir(cache)).rejects.toThrow();
    const wide = new Tensor('float64', Float64Array.from(counted(40)), [10, 4]);
    const stored = (await openDataset(await npy('wide.npy', wide), options)).train;
    expect(stored).not.toHaveProperty('images');
    expect(await values(stored)).toEqual(Array.from(counted(40)));
    expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
  });

  test('over the memory limit is scaled as in memory, by batch', async () => {
    const options = { cache: join(root, 'scale-cache'), memoryLimit: 10 };
    const bits = new Tensor(
      'uint8',
      Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1),
      [1, 2, 2, 3],
    );
    const whole = await openDataset(await npy('bits.npy', bits));
    const { train, notes } = await openDataset(join(root, 'bits.npy'), options);
    expect(train).not.toHaveProperty('images');
    expect(await values(train)).toEqual(await values(whole.train));
    expect(await values(train)).toEqual([0, 0, 255, 255, 255, 255, 0, 255, 255, 255, 0, 255]);
    expect(notes).toEqual(whole.notes);
    const wide = new Tensor('uint16', Uint16Array.from([0, 4000, 819, 4095, 3, 9]), [1, 2, 3]);
    const { train: stored } = await openDataset(await npy('wide16.npy', wide), options);
    expect(stored).not.toHaveProperty('images');
    expect((await values(stored))[2]).toBeCloseTo(0.2, 6);
  });

  test('of which a sample misleads is refused where it is read, not read wrongly', async () => {
    const count = 200_000;
    const path = join(root, 'late.npy');
    const header = encodeNpy(bytes(0, 1024)).subarray(0, 128);
    const text = Buffer.from(header)
      .toString('latin1')
      .replace('(0, 1024), }     ', `(${count}, 1024), }`);
    expect(text).toHaveLength(128);
    const handle = await open(path, 'w');
    await handle.write(Buffer.from(text, 'latin1'));
    await handle.truncate(128 + count * 1024);
    // The sample takes the first and the last examples, and others in equal distances.
    await handle.write(Uint8Array.of(7), 0, 1, 128 + 2000 * 1024);
    await handle.close();
    const { train, notes } = await openDataset(path, { memoryLimit: 2 ** 20 });
    expect(notes).toContainEqual(expect.objectContaining({ about: 'values' }));
    expect((await readRange(train, 0, 1)).data[0]).toBe(0);
    await expect(readRange(train, 2000, 2001)).rejects.toThrow(
      /late\.npy holds 7, but those of its values that were looked at are from 0 to 1/,
    );
  });

  test('with gaps over the memory limit is mended in the cache', async () => {
    const options = { cache: join(root, 'gaps-cache'), memoryLimit: 10 };
    const gaps = Float32Array.of(1, 2, Number.NaN, 4, 5, 9);
    const path = await npy('gaps.npy', new Tensor('float32', gaps, [3, 2]));
    await npy('gaps_labels.npy', new Tensor('uint8', Uint8Array.of(3, 4, 5), [3]));
    expect(await refusal(path, options)).toMatch(
      /gaps\.npy: 1 value in 1 of 3 examples, of which a part was looked at, is not finite/,
    );
    for (let i = 0; i < 2; i++) {
      const { train } = await openDataset(path, { ...options, missing: 'drop' });
      expect(await values(train)).toEqual([1, 2, 5, 9]);
      expect(Array.from(train.labels!)).toEqual([3, 5]);
      expect(train.origin!(1)).toBe('row 3');
    }
    const { train } = await openDataset(path, { ...options, missing: 'mean' });
    expect(await values(train)).toEqual([1, 2, 3, 4, 5, 9]);
  });

  test('with a fault is refused in one line', async () => {
    const whole = encodeNpy(bytes(4, 3));
    expect(await refusal(await file('cut.npy', whole.subarray(0, -1)))).toMatch(
      /cut\.npy: shape \[4, 3\] of uint8 takes 12 bytes, but 11 follow the header/,
    );
    expect(await refusal(await file('no.npy', new Uint8Array(9)))).toMatch(
      /no\.npy: does not begin/,
    );
    expect(await refusal(await npy('flat.npy', bytes(4)))).toMatch(/flat\.npy has shape \[4\]/);
    expect(await refusal(await npy('none.npy', bytes(0, 4)))).toMatch(/none\.npy holds no values/);
    const words = Buffer.from(whole).toString('latin1').replace("'|u1'", "'<U4'");
    expect(await refusal(await file('words.npy', Buffer.from(words, 'latin1')))).toMatch(
      /words\.npy: holds text/,
    );
  });
});

describe('an .npz file', () => {
  test("that NumPy wrote in Keras's layout gives both parts with labels", async () => {
    const path = fileURLToPath(new URL('../../fixtures/tables/keras.npz', import.meta.url));
    const { name, train, test: kept } = await openDataset(path);
    expect(name).toBe('keras');
    expect(train).toMatchObject({ name: 'keras train', size: 3, shape: [1, 2, 3] });
    expect(await values(train)).toEqual(Array.from(counted(18)));
    expect(Array.from(train.labels!)).toEqual([5, 0, 4]);
    expect(await values(kept!)).toEqual([18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(Array.from(kept!.labels!)).toEqual([7, 2]);
  });

  test('with one array gives it, with labels by their name', async () => {
    const single = await openDataset(await npz('single.npz', { whatever: bytes(2, 3) }));
    expect(await values(single.train)).toEqual([0, 1, 2, 3, 4, 5]);
    const both = await npz('both.npz', { pictures: bytes(2, 3, 3), y: bytes(2) });
    const { train } = await openDataset(both);
    expect(train.shape).toEqual([1, 3, 3]);
    expect(Array.from(train.labels!)).toEqual([0, 1]);
  });

  test('with several asks which, and takes a name', async () => {
    const path = await npz('several.npz', { first: bytes(2, 3), second: bytes(2, 2), c: bytes(2) });
    expect(await refusal(path)).toMatch(
      /several\.npz: it is not clear which array holds the examples: it holds "first", "second", "c"/,
    );
    const { train } = await openDataset(path, { columns: ['second'], label: 'c' });
    expect(train.shape).toEqual([2]);
    expect(Array.from(train.labels!)).toEqual([0, 1]);
    expect(await refusal(path, { columns: ['secnd'] })).toMatch(
      /there is no array "secnd"\. Did you mean 'second'/,
    );
  });

  test('over the memory limit is unpacked once into the cache', async () => {
    const cache = join(root, 'npz-cache');
    const path = await npz('big.npz', { images: bytes(50, 2, 2, 3), labels: bytes(50) });
    for (let i = 0; i < 2; i++) {
      const { train } = await openDataset(path, { cache, memoryLimit: 100 });
      expect(train).not.toHaveProperty('images');
      expect(await values(train)).toEqual(await values((await openDataset(path)).train));
      expect(train.labels![49]).toBe(49);
      expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
    }
  });

  test('with a fault is refused in one line', async () => {
    expect(await refusal(await file('text.npz', Buffer.from('no zip')))).toMatch(
      /text\.npz: the zip archive is damaged/,
    );
    expect(await refusal(await npz('nothing.npz', {}))).toMatch(/there is no array in it/);
  });

  test('of damaged bytes is read as it was or refused in one line', async () => {
    const noise = Uint8Array.from({ length: 120 }, (_, i) => (i * i * 37) & 255);
    const path = await npz('any.npz', { x: new Tensor('uint8', noise, [20, 6]) });
    const whole = await import('node:fs/promises').then(({ readFile }) => readFile(path));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, value) => {
        const content = Buffer.from(whole);
        content[at % content.length] = value;
        await writeFile(path, content);
        const data = await openDataset(path).catch((error: unknown) => error);
        if (data instanceof Error) {
          expect(data).toBeInstanceOf(UserError);
          expect(data.message).not.toMatch(/\n/);
        } else {
          const { train } = data as Awaited<ReturnType<typeof openDataset>>;
          expect(await values(train)).toEqual(Array.from(noise));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Opens data under a memory limit of 16 MB, reads all of it and prints its peak memory in KB. */
const reader = `
  const { openDataset } = await import(process.argv[1] + '/dist/data/open.js');
  const { train } = await openDataset(process.argv[2], { memoryLimit: 2 ** 24, cache: process.argv[3] });
  const target = new Uint8Array(256 * 12288);
  let sum = 0;
  for (let start = 0; start < train.size; start += 256) {
    const end = Math.min(start + 256, train.size);
    await train.read(Uint32Array.from({ length: end - start }, (_, i) => start + i), target);
    sum += target[0];
  }
  console.log(JSON.stringify({ size: train.size, sum, peak: process.resourceUsage().maxRSS }));
`;

describe('an archive of 600 MB', () => {
  test('is unpacked and read in bounded memory', async () => {
    const count = 50_000;
    const width = 12_288;
    const header = encodeNpy(bytes(0, 3, 64, 64)).subarray(0, 128);
    const text = Buffer.from(header)
      .toString('latin1')
      .replace('(0, 3, 64, 64), }    ', `(${count}, 3, 64, 64), }`);
    expect(text).toHaveLength(128);
    const block = new Uint8Array(width * 500).fill(3);
    let written = -500;
    const content = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(written < 0 ? Buffer.from(text, 'latin1') : block);
        written += 500;
        if (written === count) controller.close();
      },
    });
    const writer = new ZipWriter(new Uint8ArrayWriter());
    await writer.add('images.npy', content);
    const path = await file('huge.npz', await writer.close());
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      reader,
      process.cwd(),
      path,
      join(root, 'huge-cache'),
    ]);
    const { size, sum, peak } = JSON.parse(stdout);
    expect([size, sum]).toEqual([count, 3 * Math.ceil(count / 256)]);
    expect(peak).toBeLessThan(350_000);
  }, 120_000);
});
