import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tensor } from 'onnxruntime-common';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { writeZip } from '../../src/data/files/zip.js';
import { openDataset } from '../../src/data/open.js';
import { ShardWriter } from '../../src/data/rows/shards.node.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  dense,
  encodeCheckpoint,
  flatten,
  reshape,
  VAE,
} from '../../src/index.js';
import { gzip, idxFile } from '../data/codecs/idx-file.js';
import { corners } from './small.js';
import { trained } from './trained.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-sources-'));
});

afterAll(() => rm(root, { recursive: true }));

const count = 40;
const values = corners(count).images.data as Uint8Array;
const image = (i: number) => values.subarray(16 * i, 16 * i + 16);
const array = () => encodeNpy(new Tensor('uint8', values, [count, 4, 4]));
const idx = () => idxFile('uint8', [count, 4, 4], values);

async function put(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

/** Every kind of place that data is read from, and how it is made. */
const sources: Readonly<Record<string, () => Promise<string>>> = {
  idx: () => put('images.idx', idx()),
  'idx.gz': () => put('images.idx.gz', gzip(idx())),
  npy: () => put('images.npy', array()),
  npz: async () => put('images.npz', await writeZip({ 'x.npy': array() })),
  csv() {
    const rows = Array.from({ length: count }, (_, i) => image(i).join());
    return put('images.csv', `${rows.join('\n')}\n`);
  },
  parquet: async () =>
    fileURLToPath(new URL('../fixtures/tables/numbers.snappy.parquet', import.meta.url)),
  async pictures() {
    for (let i = 0; i < count; i++) {
      const raw = { width: 4, height: 4, channels: 1 } as const;
      await put(`pictures/${i}.png`, await sharp(image(i), { raw }).png().toBuffer());
    }
    return join(root, 'pictures');
  },
  async shards() {
    const path = join(root, 'shards');
    await mkdir(path);
    // Seven examples fit into a shard.
    const writer = new ShardWriter(path, [1, 4, 4], 'uint8', 7 * 16);
    await writer.add(values);
    await writer.finish({});
    return path;
  },
};

test.each(Object.entries(sources))(
  'a run on %s is resumed byte for byte, in memory or from disk',
  async (name, make) => {
    const place = await make();
    const cache = join(root, `cache-${name}`);
    /** Data and model as a new process has them. */
    const run = async (memoryLimit: number, resume?: Checkpoint) => {
      const { train } = await openDataset(place, { cache, memoryLimit });
      const width = train.shape.reduce((product, length) => product * length, 1);
      const vae = new VAE({
        input: train.shape,
        latent: 2,
        encoder: [flatten(), dense(6, { activation: 'tanh' })],
        decoder: [dense(width), reshape(train.shape)],
        likelihood: 'gaussian',
        seed: 1,
      });
      const { left, checkpoints } = await trained(vae, train, {
        epochs: 3,
        validationSplit: 0.2,
        checkpoint: { steps: 1 },
        ...(resume ? { resume } : {}),
      });
      await vae.release();
      return { left, checkpoints, isInMemory: 'images' in train };
    };
    const whole = await run(2 ** 20);
    const middle = whole.checkpoints[Math.floor(whole.checkpoints.length / 2)]!;
    for (const memoryLimit of [2 ** 20, 100]) {
      const saved = decodeCheckpoint(encodeCheckpoint(middle), 'saved');
      const resumed = await run(memoryLimit, saved);
      // IDX files are held in memory whatever the limit.
      if (memoryLimit === 100 && !name.startsWith('idx')) expect(resumed.isInMemory).toBe(false);
      expect(resumed.left).toBe(whole.left);
    }
  },
);
