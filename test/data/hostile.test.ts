import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { Tensor } from 'onnxruntime-common';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { readConfig } from '../../src/cli/config/config-file.js';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { readRange } from '../../src/data/dataset.js';
import { openDataset } from '../../src/data/open.js';
import { VAE } from '../../src/index.js';
import { RunFolder } from '../../src/runs/index.js';
import { idxHeader } from './codecs/idx-file.js';

let root: string;
const pipes: string[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-hostile-'));
});

afterAll(async () => {
  // A reader that waits for a pipe's other end would wait for ever.
  for (const pipe of pipes) closeSync(openSync(pipe, 'r+'));
  await rm(root, { recursive: true });
});

async function file(name: string, content: Uint8Array | string = ''): Promise<string> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

/** A file of so many bytes that takes hardly any room: holes are zeros. */
async function sparse(name: string, size: number, head: Uint8Array | string = '') {
  const path = await file(name, head);
  await truncate(path, size);
  return path;
}

/** Bytes of memory that an action takes at its peak; known on Linux alone. */
async function memoryOf(action: () => Promise<unknown>): Promise<number> {
  if (process.platform !== 'linux') {
    await action();
    return 0;
  }
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  writeFileSync('/proc/self/clear_refs', '5');
  const before = peak();
  await action();
  return (peak() - before) * 1024;
}

/** The one line by which an action refuses, within seconds and 256 MB. */
async function refusal(action: () => Promise<unknown>): Promise<string> {
  const began = performance.now();
  let error: unknown;
  const memory = await memoryOf(async () => {
    error = await action().then(
      () => undefined,
      (reason: unknown) => reason,
    );
  });
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  expect(memory).toBeLessThan(2 ** 28);
  expect(performance.now() - began).toBeLessThan(5000);
  return message;
}

const open = (path: string) => openDataset(path, { cache: join(root, 'cache') });
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Every way to read a file, by its name. */
const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'data.idx': open,
  'data.idx.gz': open,
  'data.npy': open,
  'data.npz': open,
  'data.csv': open,
  'data.csv.gz': open,
  'data.parquet': open,
  'no-ending': open,
  'labels.txt': (label) => openDataset(fixture('npy/cube-u1-fortran.npy'), { label }),
  'labels.npy': (label) => openDataset(fixture('npy/cube-u1-fortran.npy'), { label }),
  'vae.config.json': readConfig,
  'run.zip': (path) => VAE.load(path),
};

describe.skipIf(process.platform === 'win32')('in the place of a file', () => {
  test.each(Object.entries(readers))('%s: devices and pipes are refused', async (name, read) => {
    const device = join(root, 'device', name);
    const pipe = join(root, 'pipe', name);
    for (const path of [device, pipe]) await mkdir(dirname(path), { recursive: true });
    await symlink('/dev/zero', device);
    execFileSync('mkfifo', [pipe]);
    pipes.push(pipe);
    for (const path of [device, pipe]) {
      expect(await refusal(() => read(path))).toMatch(/it is a device or pipe, not a file/);
    }
  });

  test.each(Object.entries(readers))('%s: folders are refused', async (name, read) => {
    const folder = join(root, 'folder', name);
    await mkdir(folder, { recursive: true });
    expect(await refusal(() => read(folder))).toMatch(
      /it is a folder|the folder is empty|holds no run/,
    );
  });

  test('in a folder of data they are refused by name', async () => {
    for (const name of ['train-images-idx3-ubyte', 'a.parquet', 'a.csv', 'shards.json', 'a.png']) {
      const folder = join(root, 'inside', name);
      await mkdir(folder, { recursive: true });
      const pipe = join(folder, name);
      execFileSync('mkfifo', [pipe]);
      pipes.push(pipe);
      expect(await refusal(() => open(folder)), name).toContain(folder);
    }
  });
});

describe('files of terabytes with holes', () => {
  const terabyte = 2 ** 40;

  test.each(Object.entries(readers))('%s of zeros', async (name, read) => {
    await refusal(async () => read(await sparse(join('zeros', name), terabyte)));
  });

  test('that begin as they should are refused, or read by batch', async () => {
    const shape = [2 ** 20, 1024, 1024];
    const idx = await sparse('whole.idx', terabyte + 16, idxHeader('uint8', shape));
    expect(await refusal(() => open(idx))).toMatch(/larger than 2048 MiB/);
    const head = new TextDecoder('latin1').decode(
      encodeNpy(new Tensor('uint8', new Uint8Array(4), [1, 2, 2])).subarray(0, 128),
    );
    const written = head.replace('(1, 2, 2), }', `(${shape.join(', ')}), }`);
    // The header keeps its length by fewer spaces before its end.
    const padded = written.replace(' '.repeat(written.length - 128), '');
    const npy = await sparse('whole.npy', terabyte + 128, Buffer.from(padded, 'latin1'));
    const memory = await memoryOf(async () => {
      const { train } = await open(npy);
      expect(train).toMatchObject({ size: 2 ** 20, shape: [1, 1024, 1024] });
      const last = await readRange(train, 2 ** 20 - 2, 2 ** 20);
      expect((last.data as Uint8Array).every((value) => value === 0)).toBe(true);
    });
    expect(memory).toBeLessThan(2 ** 28);
    await sparse('pictures/a.png', terabyte, '\x89PNG');
    expect(await refusal(() => open(join(root, 'pictures')))).toMatch(/none of .+ can be read/);
  });

  test.each(['config.json', 'parameters.safetensors', 'metrics.jsonl'])(
    '%s of a run',
    async (name) => {
      const run = join(root, `run-${name}`);
      for (const each of ['config.json', 'parameters.safetensors', 'metrics.jsonl']) {
        await file(join(`run-${name}`, each), await readFile(fixture(`run-v1/${each}`)));
      }
      await truncate(join(run, name), terabyte);
      const message = await refusal(async () => {
        await VAE.load(run);
        await (await RunFolder.open(run)).readMetrics();
      });
      expect(message).toContain(name);
    },
  );
});

/** Raw deflate data of zeros, a megabyte at a time. */
function zeros(megabytes: number): Buffer {
  const part = deflateRawSync(new Uint8Array(2 ** 20), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const last = deflateRawSync(new Uint8Array(0));
  return Buffer.concat([...Array.from({ length: megabytes }, () => part), last]);
}

/** A PNG file that announces its size and holds so many megabytes of zeros. */
function png(width: number, height: number, megabytes: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.concat([Buffer.of(0x78, 0x9c), zeros(megabytes)])),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Makes pictures of 12 × 8 pixels announce as many as their format allows. */
const enormous: Readonly<Record<string, (bytes: Buffer) => void>> = {
  jpeg(bytes) {
    // The frame's header: a marker, its length, the bits of a sample, height and width.
    const at = bytes.indexOf(Buffer.of(0xff, 0xc0, 0, 17, 8, 0, 8, 0, 12));
    bytes.writeUInt16BE(65_500, at + 5);
    bytes.writeUInt16BE(65_500, at + 7);
  },
  gif(bytes) {
    const frame = bytes.indexOf(Buffer.of(0x2c, 0, 0, 0, 0, 12, 0, 8, 0));
    for (const at of [6, 8, frame + 5, frame + 7]) bytes.writeUInt16LE(65_535, at);
  },
  webp(bytes) {
    // Width and height of 14 bits, after the sign that a frame begins.
    const at = bytes.indexOf(Buffer.of(0x9d, 0x01, 0x2a, 12, 0, 8, 0));
    bytes.writeUInt16LE(16_383, at + 3);
    bytes.writeUInt16LE(16_383, at + 5);
  },
  tiff(bytes) {
    // Tags of width and height, each of one short or long number.
    const directory = bytes.readUInt32LE(4);
    for (let i = 0; i < bytes.readUInt16LE(directory); i++) {
      const entry = directory + 2 + 12 * i;
      if (![256, 257].includes(bytes.readUInt16LE(entry))) continue;
      bytes.writeUInt16LE(4, entry + 2);
      bytes.writeUInt32LE(2 ** 31 - 1, entry + 8);
    }
  },
  bmp(bytes) {
    bytes.writeInt32LE(2 ** 31 - 1, 18);
    bytes.writeInt32LE(-(2 ** 31), 22);
  },
};

/** A BMP file of 12 × 8 pixels. */
function bmp(): Buffer {
  const bytes = Buffer.alloc(54 + 8 * 36);
  bytes.write('BM', 'latin1');
  for (const [value, at] of [
    [bytes.length, 2],
    [54, 10],
    [40, 14],
    [12, 18],
    [8, 22],
  ] as const) {
    bytes.writeUInt32LE(value, at);
  }
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

describe('pictures that unpack to more than they should', () => {
  test.each([
    ['that is as large as it says', png(20_000, 20_000, 1145)],
    ['that says more than it holds', png(2 ** 31 - 1, 2 ** 31 - 1, 1)],
    ['of one endless row', png(2 ** 24, 8, 384)],
  ])('a PNG file %s', async (name, bytes) => {
    const folder = dirname(await file(`bomb/${name}/a.png`, bytes));
    expect(await refusal(() => open(folder))).toMatch(/none of .+ can be read/);
  });

  test.each(Object.entries(enormous))(
    'a %s file that says more than it holds',
    async (kind, patch) => {
      const pixels = Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => (i * 29) & 255);
      const picture = sharp(pixels, { raw: { width: 12, height: 8, channels: 3 } });
      const bytes = kind === 'bmp' ? bmp() : await picture.toFormat(kind as 'png').toBuffer();
      patch(bytes);
      const folder = dirname(await file(`bomb/${kind}/a.${kind}`, bytes));
      expect(await refusal(() => open(folder))).toMatch(/none of .+ can be read/);
    },
  );

  test('a PNG file that holds more than it says is read as far as it says', async () => {
    const folder = dirname(await file('bomb/more/a.png', png(4, 4, 1024)));
    let size = 0;
    const memory = await memoryOf(async () => {
      size = (await open(folder).catch(() => undefined))?.train.size ?? 0;
    });
    expect(size).toBeLessThanOrEqual(1);
    expect(memory).toBeLessThan(2 ** 28);
  });
});
