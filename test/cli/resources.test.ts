import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Resources } from '../../src/cli/train/resources.js';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { fromArray, Tensor } from '../../src/index.js';
import { emptyFolder, vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

describe('a training that memory is too small for', () => {
  test('is refused before it begins, in one line, with the remedies', async () => {
    // 240 million weights a layer, of which this machine may have room for some.
    const wide = [
      { type: 'dense', units: 4_000_000 },
      { type: 'dense', units: 60 },
    ];
    const model = {
      latent: 2,
      encoder: Array.from({ length: 20 }, () => wide).flat(),
      decoder: [
        { type: 'dense', units: 64 },
        { type: 'reshape', shape: [1, 8, 8] },
      ],
    };
    await writeFile(at('wide.json'), JSON.stringify({ model }));
    const given = ['--config', 'wide.json', '--data', 'quarters', '--out', 'wide'];
    const { code, stdout, stderr } = await vaekit(folder, 'train', ...given);
    expect(stderr).toMatch(
      /^vaekit: Training 9,\d{3},\d{3},\d{3} parameters in batches of 32 takes about \d+ GB of memory, more than 80 % of the [\d.]+ GB that there are\. Use layers with fewer units\.\n$/,
    );
    expect([code, stdout]).toEqual([2, expect.stringMatching(/^Data quarters: .*\n$/)]);
    expect(existsSync(at('wide'))).toBe(false);
  });
});

test('a training tells its memory; a run of large pictures has small files', async () => {
  const values = new Uint8Array(2 * 640 * 480).map((_, i) => (i * i) % 251);
  await writeFile(at('large.npy'), encodeNpy(new Tensor('uint8', values, [2, 1, 480, 640])));
  const small = ['--preset', 'dense', '--epochs', '1', '--batch-size', '2', '--out', 'large'];
  const { code, stdout } = await vaekit(folder, 'train', '--data', 'large.npy', ...small);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Memory: about [\d.]+ [MG]B of [\d.]+ [MG]B$/m);
  for (const name of ['manifold.png', 'samples.png', 'reconstructions.png']) {
    expect((await stat(at('large', name))).size).toBeLessThan(8e6);
  }
});

test('sample and reconstruct refuse more images than a picture has room for', async () => {
  const options = ['--preset', 'dense', '--epochs', '1', '--out', 'run'];
  expect((await vaekit(folder, 'train', '--data', 'quarters', ...options)).code).toBe(0);
  const many = await vaekit(folder, 'sample', 'run', '--count', '1000000');
  expect([many.code, many.stderr]).toEqual([
    2,
    'vaekit: A picture has room for 40804 images of 8 x 8 at most, not 1000000. Ask for fewer by --count; another --seed gives others.\n',
  ]);
  // The data has fewer examples than asked for: all have room.
  expect((await vaekit(folder, 'reconstruct', 'run', '--count', '100000')).code).toBe(0);
  const values = new Uint8Array(5000 * 64).map((_, i) => (i * i) % 251);
  await writeFile(at('large.npy'), encodeNpy(new Tensor('uint8', values, [5000, 1, 8, 8])));
  const pairs = ['reconstruct', 'run', '--data', 'large.npy', '--out', 'pairs.png', '--count'];
  const all = await vaekit(folder, ...pairs, '1000000');
  expect([all.code, all.stderr]).toEqual([
    2,
    'vaekit: A picture has room for 3520 images of 8 x 8 at most, not 5000. Ask for fewer by --count; encode writes the latents of all.\n',
  ]);
  expect((await vaekit(folder, ...pairs, '3520')).code).toBe(0);
});

test('a model that no ONNX file holds is refused before it is trained', () => {
  const model = { input: [1, 8, 8], latent: 2, encoder: [], decoder: [] };
  const data = fromArray(new Uint8Array(64), [1, 8, 8]);
  const resources = new Resources({ model, training: { batchSize: 1 } } as never, data);
  expect(() => resources.checkParameters(1_000_000, 1)).not.toThrow();
  // A machine with too little memory says so instead.
  expect(() => resources.checkParameters(550_000_000, 0)).toThrow(
    /550,000,000 parameters(, 2\.2 GB: more than an ONNX file holds|.* of memory)/,
  );
});
