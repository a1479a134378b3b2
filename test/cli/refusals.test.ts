import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idxFile } from '../data/codecs/idx-file.js';
import { emptyFolder, quarters, tree, vaekit, writeQuarters } from './process.js';

const { images, labels } = quarters(40, 1);
const imagesFile = idxFile('uint8', [40, 8, 8], images);
const train = ['train', '--epochs', '1', '--out', 'out'];
const withData = (name: string) => [...train, '--data', name];

interface Case {
  /** Writes the faulty files into an empty folder. */
  readonly prepare?: (folder: string) => Promise<unknown>;
  readonly args: readonly string[];
  /** Matches the one line. */
  readonly says: RegExp;
}

const put = (name: string, content: Uint8Array | string) => (folder: string) =>
  writeFile(join(folder, name), content);

const putPair = (labelCount: number) => async (folder: string) => {
  await mkdir(join(folder, 'pair'));
  await put('pair/train-images-idx3-ubyte', imagesFile)(folder);
  const some = idxFile('uint8', [labelCount], labels.subarray(0, labelCount));
  await put('pair/train-labels-idx1-ubyte', some)(folder);
};

const model = {
  input: [1, 8, 8],
  latent: 2,
  encoder: [{ type: 'dense', units: 4 }],
  decoder: [
    { type: 'dense', units: 64 },
    { type: 'reshape', shape: [1, 8, 8] },
  ],
};

/** Training by a config file whose model or training is changed. */
const byConfig = (
  changes: { model?: object; training?: object; [key: string]: unknown },
  says: RegExp,
): Case => ({
  prepare: async (folder) => {
    await writeQuarters(folder);
    const config = { ...changes, model: { ...model, ...changes.model } };
    await put('config.json', JSON.stringify(config))(folder);
  },
  args: [...train, '--config', 'config.json', '--data', 'quarters'],
  says,
});

const byOptions = (options: readonly string[], says: RegExp): Case => ({
  prepare: writeQuarters,
  args: ['train', '--data', 'quarters', '--out', 'out', ...options],
  says,
});

const withNaN = Float32Array.from(images, (value, i) => (i === 130 ? Number.NaN : value / 255));

const cases: Readonly<Record<string, Case>> = {
  'data that is not there': { args: withData('nowhere'), says: /No data "nowhere": there is no/ },
  'a mistyped dataset': { args: withData('mnits'), says: /Did you mean mnist\?/ },
  'a truncated IDX file': {
    prepare: put('cut.idx', imagesFile.subarray(0, -7)),
    args: withData('cut.idx'),
    says: /^vaekit: cut\.idx: shape \[40, 8, 8\] of uint8 takes 2576 bytes .* has 2569\./,
  },
  'an IDX file that ends within its header': {
    prepare: put('cut.idx', imagesFile.subarray(0, 9)),
    args: withData('cut.idx'),
    says: /^vaekit: cut\.idx: the file ends within its header\./,
  },
  'a file that is not IDX': {
    prepare: put('notes.idx', 'What this file holds is text.'),
    args: withData('notes.idx'),
    says: /^vaekit: notes\.idx is a text file of no kind that vaekit reads; it begins with "What this/,
  },
  'labels given as images': {
    prepare: put('labels.idx', idxFile('uint8', [40], labels)),
    args: withData('labels.idx'),
    says: /^vaekit: labels\.idx has shape \[40\]\. Give images as/,
  },
  'images and labels that differ in count': {
    prepare: putPair(39),
    args: withData('pair'),
    says: /holds 40 examples, but .*train-labels-idx1-ubyte holds 39 labels\./,
  },
  'an objective that needs labels, without labels': {
    prepare: put('images.idx', imagesFile),
    args: [...withData('images.idx'), '--objective', 'conditional'],
    says: /^vaekit: images has no labels, but the objective conditional needs them\. Give labels/,
  },
  'NaN in data': {
    prepare: put('nan.idx', idxFile('float32', [40, 8, 8], withNaN)),
    args: withData('nan.idx'),
    says: /nan\.idx: 1 value in 1 of 40 examples is not finite; the first: example 2 holds NaN at value 2\./,
  },
  'an unknown key in a config': byConfig(
    { training: { epoch: 3 } },
    /^vaekit: config\.json: training: unknown key 'epoch'\. Did you mean 'epochs'\?$/,
  ),
  'an unknown key at the top of a config': byConfig(
    { modell: {} },
    /^vaekit: config\.json: unknown key 'modell'\. Did you mean 'model'\?$/,
  ),
  'an unknown layer in a config': byConfig(
    { model: { encoder: [{ type: 'dens', units: 4 }] } },
    /model\.encoder\[0\]\.type: unknown layer 'dens'\. Did you mean 'dense'\?$/,
  ),
  'a wrong type in a config': byConfig(
    { training: { batchSize: '32' } },
    /^vaekit: config\.json: training\.batchSize: /,
  ),
  'a config that is not JSON': {
    prepare: put('config.json', '{ "model": '),
    args: [...train, '--config', 'config.json'],
    says: /^vaekit: config\.json: .*JSON/,
  },
  'a config that is not there': {
    args: [...train, '--config', 'none.json'],
    says: /^vaekit: Cannot read none\.json: there is no such file/,
  },
  'a layer whose shapes do not fit': byConfig(
    { model: { encoder: [{ type: 'reshape', shape: [3, 3] }] } },
    /^vaekit: encoder\.0 \(reshape\) does not fit its input \[batch, 1, 8, 8\]: .*\[batch, 3, 3\]/,
  ),
  "a decoder whose output is not of the input's shape": byConfig(
    { model: { decoder: [{ type: 'dense', units: 63 }] } },
    /^vaekit: The decoder's output is \[batch, 63\], but the input's shape asks for \[batch, 1, 8, 8\]/,
  ),
  'data of another shape than the config': byConfig(
    {
      model: {
        input: [1, 4, 4],
        decoder: [
          { type: 'dense', units: 16 },
          { type: 'reshape', shape: [1, 4, 4] },
        ],
      },
    },
    /quarters train has examples of shape \[1, 8, 8\], but the model's input is \[1, 4, 4\]/,
  ),
  'latent 0': byOptions(['--latent', '0'], /--latent <n>' argument '0' is invalid.* from 1\.$/),
  'latent 0 in a config': byConfig(
    { model: { latent: 0 } },
    /^vaekit: config\.json: model\.latent/,
  ),
  'a port beyond the last': {
    args: ['studio', '--no-open', '--port', '70000'],
    says: /^vaekit: option '--port <n>' argument '70000' is invalid\. It must be a whole number from 0 to 65535\.$/,
  },
  'a hundred thousand threads': byOptions(
    ['--threads', '100000'],
    / whole number from 1 to 256\.$/,
  ),
  'a hundred thousand threads in a config': byConfig(
    { training: { threads: 100000 } },
    /^vaekit: config\.json: training\.threads/,
  ),
  'a decay over 1': byOptions(['--ema', '2'], / a number from 0 to 1\.$/),
  'a share over 1': byOptions(['--validation-split', '1.5'], / a number from 0 to 1\.$/),
  'a number beyond all': byOptions(['--learning-rate', '1e400'], / a number from 0\.$/),
  'a picture without an ending': {
    args: ['sample', 'run', '--out', 'picture'],
    says: /^vaekit: option '--out <file>' argument 'picture' is invalid\. It must end in \.png, \.jpg/,
  },
  'a picture of a format that is not written': {
    args: ['reconstruct', 'run', '--out', 'picture.gif'],
    says: / argument 'picture\.gif' is invalid\. It must end in \.png, \.jpg/,
  },
  'a batch larger than the data': byOptions(
    ['--batch-size', '401'],
    /^vaekit: batchSize 401 is more than the 400 examples of quarters train\. Use 400 or less\.$/,
  ),
  'negative epochs': byOptions(['--epochs', '-1'], /--epochs <n>' argument '-1' is invalid/),
  'negative epochs in a config': byConfig(
    { training: { epochs: -1 } },
    /^vaekit: config\.json: training\.epochs/,
  ),
  'a preset beside a config': {
    args: [...train, '--config', 'a.json', '--preset', 'mlp'],
    says: /--config and --preset exclude each other/,
  },
  'an unknown preset': byOptions(
    ['--preset', 'desne'],
    /Unknown preset 'desne'\. Did you mean 'dense'\?$/,
  ),
  'an unknown option': {
    args: ['train', '--epoch', '3'],
    says: /^vaekit: unknown option '--epoch' \(Did you mean --epochs\?\)$/,
  },
  'an unknown command': {
    args: ['trian'],
    says: /^vaekit: unknown command 'trian' \(Did you mean train\?\)$/,
  },
  'a missing argument': { args: ['info'], says: /^vaekit: missing required argument 'run'$/ },
  'a folder that is no run': {
    prepare: (folder) => mkdir(join(folder, 'empty')),
    args: ['evaluate', 'empty'],
    says: /^vaekit: empty holds no run/,
  },
  'an output folder under a file': {
    prepare: async (folder) => {
      await writeQuarters(folder);
      await put('file', 'x')(folder);
    },
    args: ['train', '--data', 'quarters', '--epochs', '1', '--out', 'file/run'],
    says: /^vaekit: Cannot make file\/run: a part of the path is a file, not a folder\./,
  },
  'a file as output folder': {
    prepare: async (folder) => {
      await writeQuarters(folder);
      await put('file', 'x')(folder);
    },
    args: ['train', '--data', 'quarters', '--epochs', '1', '--out', 'file'],
    says: /^vaekit: Cannot make file: a file of that name is in the way\./,
  },
  'an output folder that already holds a run': {
    prepare: async (folder) => {
      await writeQuarters(folder);
      await mkdir(join(folder, 'out'));
      await put('out/config.json', '{}')(folder);
    },
    args: withData('quarters'),
    says: /^vaekit: out already holds a run\. Choose another folder\.$/,
  },
  'an output folder without a name': byOptions(['--out', ''], /name of the run folder is empty/),
};

async function expectRefusal({ prepare, args, says }: Case): Promise<void> {
  const folder = await emptyFolder();
  await prepare?.(folder);
  const before = await tree(folder);
  const { code, stderr } = await vaekit(folder, ...args);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.trimEnd()).toMatch(says);
  expect(stderr).not.toMatch(/this should not happen|\bat .*:\d+:\d+/);
  expect(code).toBe(2);
  expect(await tree(folder)).toEqual(before);
}

describe('one clear line, exit code 2 and nothing written for', () => {
  test.each(Object.keys(cases))('%s', (name) => expectRefusal(cases[name]!));

  test.skipIf(!existsSync('/proc/self'))('an output folder in /proc (needs /proc)', () =>
    expectRefusal(byOptions(['--out', '/proc/vaekit'], /^vaekit: Cannot make \/proc\/vaekit: /)),
  );

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'an output folder that is not writable (needs a user other than root)',
    () =>
      expectRefusal({
        prepare: async (folder) => {
          await writeQuarters(folder);
          await mkdir(join(folder, 'locked'));
          await chmod(join(folder, 'locked'), 0o555);
        },
        args: ['train', '--data', 'quarters', '--epochs', '1', '--out', 'locked'],
        says: /^vaekit: Cannot write locked\/config\.json: permission is denied\./,
      }),
  );
});
