import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { type Dataset, readRange } from '../../../src/data/dataset.js';
import { openDataset } from '../../../src/data/open.js';
import { gather } from '../../../src/data/rows/gather.node.js';
import { ShardWriter } from '../../../src/data/rows/shards.node.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-shards-'));
});

afterAll(() => rm(root, { recursive: true }));

async function emptyFolder(name: string): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  return path;
}

/** Value j of example i is 7i + j. */
const rows = (start: number, count: number) =>
  Uint8Array.from({ length: count * 6 }, (_, k) => (start + Math.floor(k / 6)) * 7 + (k % 6));

async function tenRows(name: string): Promise<string> {
  const path = await emptyFolder(name);
  // Three examples fit into a shard.
  const writer = new ShardWriter(path, [1, 2, 3], 'uint8', 20);
  await writer.add(rows(0, 4));
  await writer.add(rows(4, 6));
  await writer.finish({
    labels: Array.from({ length: 10 }, (_, i) => i % 2),
    classNames: ['even', 'odd'],
  });
  return path;
}

async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toMatch(/\n/);
  return message;
}

describe('a folder of shards', () => {
  test('gives the examples that were written, in any order, over the borders of files', async () => {
    const path = await tenRows('ten');
    expect(await readdir(path)).toEqual([
      '00000.u8',
      '00001.u8',
      '00002.u8',
      '00003.u8',
      'labels.npy',
      'shards.json',
    ]);
    const { name, train } = await openDataset(path);
    expect(name).toBe('ten');
    expect(train).toMatchObject({ size: 10, shape: [1, 2, 3], dtype: 'uint8' });
    expect(train.classNames).toEqual(['even', 'odd']);
    expect(Array.from(train.labels!)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect((await readRange(train, 0, 10)).data).toEqual(rows(0, 10));
    const order = [9, 0, 1, 2, 3, 3, 8, 5];
    const target = new Uint8Array(9 * 6).fill(255);
    await train.read(order, target);
    expect(Array.from(target)).toEqual([
      ...order.flatMap((i) => Array.from(rows(i, 1))),
      ...Array(6).fill(255),
    ]);
  });

  test('gives floats, and refuses those that are not finite when they are read', async () => {
    const path = await emptyFolder('floats');
    const writer = new ShardWriter(path, [2], 'float32');
    await writer.add(Float32Array.of(0.5, -1, 2, Number.NaN));
    await writer.finish({});
    const { train } = await openDataset(path);
    expect((await readRange(train, 0, 1)).data).toEqual(Float32Array.of(0.5, -1));
    expect(await refusal(readRange(train, 0, 2))).toMatch(/example 1 holds NaN at value 1/);
  });

  test('is refused in one line when something is wrong', async () => {
    const change = async (name: string, damage: (path: string) => Promise<unknown>) => {
      const path = await tenRows(name);
      await damage(path);
      return refusal(openDataset(path));
    };
    const header = (path: string, edit: (header: Record<string, unknown>) => void) =>
      import('node:fs/promises').then(async ({ readFile }) => {
        const content = JSON.parse(await readFile(join(path, 'shards.json'), 'utf8'));
        edit(content);
        await writeFile(join(path, 'shards.json'), JSON.stringify(content));
      });
    expect(await change('cut', (path) => truncate(join(path, '00001.u8'), 17))).toMatch(
      /00001\.u8: 3 examples take 18 bytes, but the file has 17/,
    );
    expect(await change('gone', (path) => rm(join(path, '00002.u8')))).toMatch(
      /Cannot read .*00002\.u8: there is no such file/,
    );
    expect(
      await change('key', (path) =>
        header(path, (content) => {
          content.dtypes = 'uint8';
        }),
      ),
    ).toMatch(/shards\.json: unknown key 'dtypes'. Did you mean 'dtype'/);
    expect(
      await change('outside', (path) =>
        header(path, (content) => {
          content.shards = [{ file: '../ten/00000.u8', count: 3 }];
        }),
      ),
    ).toMatch(/shards\[0\]\.file: it must be the name of a file in the folder/);
    expect(
      await change('labels', (path) =>
        header(path, (content) => {
          content.shards = [{ file: '00000.u8', count: 3 }];
        }),
      ),
    ).toMatch(/labels\.npy: 10 labels for 3 examples/);
  });

  test('that is cut short after it was opened says so', async () => {
    const path = await tenRows('later');
    const { train } = await openDataset(path);
    await truncate(join(path, '00001.u8'), 7);
    expect(await refusal(readRange(train, 0, 10))).toMatch(/cut short since it was opened/);
  });
});

describe('gather', () => {
  const produce = (counter: { runs: number }, count = 10) => {
    return async (
      begin: Parameters<Parameters<typeof gather>[2]>[0],
    ): Promise<{ labels: number[] }> => {
      counter.runs++;
      const add = begin({ shape: [1, 2, 3], dtype: 'uint8' });
      for (let i = 0; i < count; i++) await add(rows(i, 1));
      return { labels: Array.from({ length: count }, (_, i) => i) };
    };
  };
  const check = async (dataset: Dataset) => {
    expect((await readRange(dataset, 0, 10)).data).toEqual(rows(0, 10));
    expect(Array.from(dataset.labels!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  };

  test('keeps examples that fit in memory and writes nothing', async () => {
    const cache = await emptyFolder('memory');
    for (const memoryLimit of [60, 61, undefined]) {
      const { dataset } = await gather('data', 1, produce({ runs: 0 }), { cache, memoryLimit });
      await check(dataset);
      expect(dataset).toHaveProperty('images');
    }
    expect(await readdir(cache)).toEqual([]);
  });

  test('writes examples that do not fit once, whatever the limit, and finds them again', async () => {
    for (const memoryLimit of [0, 1, 6, 17, 59]) {
      const cache = await emptyFolder(`disk-${memoryLimit}`);
      const counter = { runs: 0 };
      for (let i = 0; i < 2; i++) {
        const { dataset } = await gather('data', 1, produce(counter), { cache, memoryLimit });
        await check(dataset);
        expect(dataset).not.toHaveProperty('images');
      }
      expect(counter.runs).toBe(1);
      await gather('data', 2, produce(counter), { cache, memoryLimit });
      expect(counter.runs).toBe(2);
      expect(await readdir(join(cache, 'shards'))).toHaveLength(2);
    }
  });

  test('writes a damaged cache anew', async () => {
    const cache = await emptyFolder('damaged');
    const options = { cache, memoryLimit: 0 };
    await gather('data', 1, produce({ runs: 0 }), options);
    const [digest] = await readdir(join(cache, 'shards'));
    const place = join(cache, 'shards', digest!);
    const damages = [
      () => truncate(join(place, '00000.u8'), 59),
      () => rm(join(place, 'shards.json')),
      () => writeFile(join(place, 'shards.json'), '{'),
      () => writeFile(join(place, 'labels.npy'), ''),
    ];
    for (const damage of damages) {
      await damage();
      const counter = { runs: 0 };
      const told: string[] = [];
      const onProgress = (message: string) => told.push(message);
      const { dataset } = await gather('data', 1, produce(counter), { ...options, onProgress });
      await check(dataset);
      expect(counter.runs).toBe(1);
      expect(told[0]).toMatch(/the cache is damaged and is written anew/);
    }
  });

  test('leaves nothing behind after an error, and clears the remains of a dead process', async () => {
    const cache = await emptyFolder('error');
    const options = { cache, memoryLimit: 0 };
    const failing = gather(
      'data',
      1,
      async (begin) => {
        const add = begin({ shape: [1, 2, 3], dtype: 'uint8' });
        // Bytes over the number that is collected before it is written.
        await add(new Uint8Array(6 * 1_500_000));
        expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
        throw new UserError('broken.');
      },
      options,
    );
    expect(await refusal(failing)).toBe('broken.');
    expect(await readdir(join(cache, 'shards'))).toEqual([]);
    await gather('data', 1, produce({ runs: 0 }), options);
    const [digest] = await readdir(join(cache, 'shards'));
    await rm(join(cache, 'shards', digest!), { recursive: true });
    // A number that no process has: it is over the largest that Linux gives.
    const left = `${digest}.4194999.abcdef01.tmp`;
    await mkdir(join(cache, 'shards', left));
    await gather('data', 1, produce({ runs: 0 }), options);
    expect(await readdir(join(cache, 'shards'))).toEqual([digest]);
  });

  test('of two processes that write the same, both get it', async () => {
    const cache = await emptyFolder('race');
    const options = { cache, memoryLimit: 0 };
    const both = await Promise.all([
      gather('data', 1, produce({ runs: 0 }), options),
      gather('data', 1, produce({ runs: 0 }), options),
    ]);
    for (const { dataset } of both) await check(dataset);
    expect(await readdir(join(cache, 'shards'))).toHaveLength(1);
  });

  test('refuses a cache folder that cannot be, and says why', async () => {
    const cache = join(root, 'file');
    await writeFile(cache, '');
    await utimes(cache, 0, 0);
    const told = await refusal(gather('data', 1, produce({ runs: 0 }), { cache, memoryLimit: 0 }));
    expect(told).toMatch(/a part of the path is a file/);
  });
});

/** Reads 40 random batches of 128 from shards and prints its peak memory in bytes. */
const reader = `
  const { openDataset } = await import(process.argv[1] + '/dist/data/open.js');
  const { train } = await openDataset(process.argv[2]);
  const before = process.resourceUsage().maxRSS;
  const target = new Uint8Array(128 * 12288);
  let sum = 0;
  for (let batch = 0; batch < 40; batch++) {
    const order = Uint32Array.from({ length: 128 }, (_, i) =>
      i === 0 ? train.size - 1 : Math.floor(Math.random() * train.size));
    await train.read(order, target);
    sum += target[12287];
  }
  console.log(JSON.stringify({ size: train.size, sum, before, after: process.resourceUsage().maxRSS }));
`;

describe('data of 20 GB', () => {
  test('is read by batch in memory that does not grow', async () => {
    const path = await emptyFolder('huge');
    const count = 420_000;
    const width = 3 * 64 * 64;
    const shards = [];
    for (let i = 0; i < 4; i++) {
      const file = `${i}.u8`;
      await writeFile(join(path, file), '');
      await truncate(join(path, file), count * width);
      shards.push({ file, count });
    }
    // The last value of the last example is 1; all others are holes in the files.
    const last = await import('node:fs/promises').then(({ open }) =>
      open(join(path, '3.u8'), 'r+'),
    );
    await last.write(Uint8Array.of(1), 0, 1, count * width - 1);
    await last.close();
    const header = {
      format: 'vaekit-shards',
      version: 1,
      shape: [3, 64, 64],
      dtype: 'uint8',
      shards,
    };
    await writeFile(join(path, 'shards.json'), JSON.stringify(header));
    let bytes = 0;
    for (const { file } of shards) bytes += (await stat(join(path, file))).size;
    expect(bytes).toBeGreaterThan(20e9);
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      reader,
      process.cwd(),
      path,
    ]);
    const { size, sum, before, after } = JSON.parse(stdout);
    expect(size).toBe(4 * count);
    expect(sum).toBe(40);
    // A batch takes 1.5 MB; kilobytes are counted here.
    expect(after - before).toBeLessThan(60_000);
    expect(after).toBeLessThan(200_000);
  });
});
