import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, tree, vaekit, writeQuarters } from './process.js';

let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

const config = async (run: string) =>
  JSON.parse(await readFile(join(folder, run, 'config.json'), 'utf8')).training;
const parameters = (run: string) => readFile(join(folder, run, 'parameters.safetensors'));

describe('options of training', () => {
  const all = [
    ...['--optimizer', 'adamW', '--learning-rate', '0.01'],
    ...['--lr-schedule', 'cosine:warmup=1,final=0.001'],
    ...['--clip-norm', '5', '--accumulate', '2', '--ema', '0.9'],
    ...['--early-stopping', '1,minDelta=1e9', '--keep-best', '--validation-split', '0.2'],
    ...['--binarize', 'dynamic', '--augment', 'flip=horizontal,shift=1'],
  ];

  test('are kept in config.json, which repeats the run bit for bit', async () => {
    const first = await vaekit(
      folder,
      ...['train', '--data', 'quarters', '--epochs', '5', ...all, '--out', 'all'],
    );
    expect([first.code, first.stderr]).toEqual([0, '']);
    // Later epochs do not improve on the first by so much, and one is waited for.
    expect(first.stdout).toContain('Stopped after epoch 2: val_loss improved no more.\n');
    expect(first.stdout).toMatch(/\nKept epoch [12], the best: val_loss [\d.]+\.\n/);
    const training = await config('all');
    expect(training).toMatchObject({
      optimizer: {
        type: 'adamW',
        weightDecay: 0.01,
        learningRate: { type: 'cosine', initial: 0.01, final: 0.001, warmup: 1 },
      },
      clipGradients: { norm: 5 },
      accumulate: 2,
      ema: 0.9,
      earlyStopping: { metric: 'val_loss', patience: 1, minDelta: 1e9 },
      keepBest: 'val_loss',
      validationSplit: 0.2,
      binarize: 'dynamic',
      augment: { flip: 'horizontal', shift: 1 },
    });
    const again = await vaekit(
      folder,
      ...['train', '--config', 'all/config.json', '--out', 'again'],
    );
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(await config('again')).toEqual(training);
    expect(await parameters('again')).toEqual(await parameters('all'));
  });

  test('evaluate judges a run on binary images by binary images', async () => {
    const { code, stdout } = await vaekit(folder, 'evaluate', 'all', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data).toMatch(/\(binarized\)$/);
  });

  test('override the settings of a config file', async () => {
    const { code, stderr } = await vaekit(
      folder,
      ...['train', '--config', 'all/config.json', '--learning-rate', '0.5', '--epochs', '1'],
      ...['--clip-value', '0.1', '--early-stopping', '3', '--out', 'over'],
    );
    expect([code, stderr]).toEqual([0, '']);
    const training = await config('over');
    expect(training.optimizer.learningRate).toMatchObject({ type: 'cosine', initial: 0.5 });
    expect(training.clipGradients).toEqual({ value: 0.1 });
    expect(training.earlyStopping).toMatchObject({ patience: 3, minDelta: 0 });
    expect(training.ema).toBe(0.9);
  });

  test('crop to a smaller model, which is shown the middles later', async () => {
    const trained = await vaekit(
      folder,
      ...['train', '--data', 'quarters', '--epochs', '1'],
      ...['--augment', 'crop=3x4', '--out', 'cut'],
    );
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    const model = JSON.parse(await readFile(join(folder, 'cut', 'config.json'), 'utf8')).model;
    expect(model.input.slice(1)).toEqual([3, 4]);
    const shown = await vaekit(folder, 'evaluate', 'cut');
    expect([shown.code, shown.stderr]).toEqual([0, '']);
  });
});

describe('wrong ones are one clear line, and nothing is written', () => {
  test.each([
    [
      ['--optimizer', 'adamx'],
      /^vaekit: options: training\.optimizer\.type: unknown optimizer 'adamx'\. Did you mean 'adam\w*'\?\n$/,
    ],
    [
      ['--lr-schedule', 'cosin'],
      /^vaekit: options: training\.optimizer\.learningRate\.type: unknown schedule 'cosin'\. Did you mean 'cosine'\?\n$/,
    ],
    [['--lr-schedule', 'step'], /^vaekit: options: training\.optimizer\.learningRate\.every: /],
    [['--lr-schedule', 'step:10'], /'10' is not name=value\. Write step:every=10,factor=0\.5\.\n/],
    [['--clip-norm', '1', '--clip-value', '1'], /clipGradients: give either norm or value\.\n$/],
    [['--ema', '1'], /training\.ema: it must be less than 1, not 1\.\n$/],
    [['--early-stopping', 'patince=3'], /unknown key 'patince'\. Did you mean 'patience'\?\n$/],
    [
      ['--keep-best', 'val_los'],
      /^vaekit: fit\.keepBest: there is no metric 'val_los'\. Did you mean 'val_loss'\?\n$/,
    ],
    [
      ['--validation-split', '2'],
      /^vaekit: option '--validation-split <x>' argument '2' is invalid\. It must be a number from 0 to 1\.\n$/,
    ],
    [['--binarize', 'sometimes'], /Allowed choices are dynamic, static\./],
    [
      ['--augment', 'flip=left'],
      /training\.augment\.flip: it must be 'horizontal', 'vertical' or 'both', not 'left'\.\n/,
    ],
    [['--augment', 'crop=99x99'], /which a crop to \[99, 99\] does not fit/],
  ])('%j', async (options, message) => {
    const { code, stderr } = await vaekit(
      folder,
      ...['train', '--data', 'quarters', '--out', 'wrong', ...options],
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect((await tree(folder)).filter((path) => path.startsWith('wrong'))).toEqual([]);
  });
});
