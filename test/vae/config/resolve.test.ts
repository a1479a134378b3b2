import { describe, expect, test } from 'vitest';
import { settingAt, settingsByPath } from '../../../src/vae/config/by-path.js';
import { resolveRun, type Sources } from '../../../src/vae/config/resolve.js';
import { type ConfigData, fitOptionsOf, runOptions } from '../../../src/vae/config/run-config.js';

const data = { name: 'some', shape: [1, 8, 8], size: 400 };
const labelled = { ...data, labels: Uint8Array.of(0, 4, 2), classNames: ['a', 'b'] };

const resolved = (given: Sources['given'], file?: ConfigData, known: Sources['data'] = data) =>
  resolveRun({ given, file, data: known, spec: 'some', name: 'options' });

const training = (given: ConfigData['training'], file: ConfigData['training'] = {}) =>
  resolved({ training: given! }, { preset: 'mlp', training: file }).training;

describe('defaults', () => {
  test('come from the preset, and else from the schema', () => {
    const { model, training, preset } = resolved({ preset: 'dense' });
    expect(preset).toBe('dense');
    expect(model).toMatchObject({ seed: 42, likelihood: 'bernoulli', input: [1, 8, 8], latent: 2 });
    expect(training).toMatchObject({
      ...{ data: 'mnist', epochs: 30, batchSize: 32, keepCheckpoints: 2, device: 'cpu' },
      ...{ checkpoint: { seconds: 60 }, onNonFinite: 'stop' },
      optimizer: { type: 'adam', learningRate: 0.001 },
    });
    expect(resolved({ preset: 'conv' })).toMatchObject({
      model: { seed: 2 },
      training: { batchSize: 128, epochs: 30 },
    });
  });

  test('without a preset the data chooses, by the examples left to train on', () => {
    const { choice, preset } = resolved({ training: { validationSplit: 0.5 } });
    expect(preset).toBe('mlp');
    expect(choice).toMatchObject({ name: 'mlp', latent: 16 });
    expect(resolved({ training: { validationSplit: 0.5 } }).training.batchSize).toBe(32);
  });
});

describe('an optimizer over another', () => {
  const adamW = { type: 'adamW', weightDecay: 0.1, learningRate: 0.02 };
  const cosine = { type: 'cosine', initial: 0.02, final: 0, warmup: 1 };

  test.each([
    [
      'keeps the options that it does not name',
      { weightDecay: 0.2 },
      adamW,
      { weightDecay: 0.2, learningRate: 0.02 },
    ],
    ['of the same kind, too', { type: 'adamW' }, adamW, { weightDecay: 0.1 }],
    ['of another kind is new', { type: 'lion' }, adamW, { type: 'lion', learningRate: 0.0001 }],
    ['a rate goes over a rate', { learningRate: 0.5 }, adamW, { type: 'adamW', learningRate: 0.5 }],
    [
      "a first rate, over a schedule's",
      { learningRate: { initial: 0.5 } },
      { learningRate: cosine },
      { learningRate: { ...cosine, initial: 0.5 } },
    ],
    ['a first rate, over a rate', { learningRate: { initial: 0.5 } }, adamW, { learningRate: 0.5 }],
    [
      'a schedule begins with the rate before it',
      { learningRate: { type: 'exponential', factor: 0.5 } },
      adamW,
      { learningRate: { type: 'exponential', initial: 0.02, factor: 0.5 } },
    ],
    [
      'and with the usual one of another kind',
      { type: 'sgd', learningRate: { type: 'constant' } },
      adamW,
      { type: 'sgd', learningRate: { type: 'constant', initial: 0.01 } },
    ],
    [
      'a schedule of its own beginning is whole',
      { learningRate: { type: 'constant', initial: 0.3 } },
      adamW,
      { learningRate: { type: 'constant', initial: 0.3 } },
    ],
  ])('%s', (_, given, file, found) => {
    expect(training({ optimizer: given }, { optimizer: file }).optimizer).toMatchObject(found);
  });
});

describe('an objective over another', () => {
  const objective = (given: ConfigData['model'], model: ConfigData['model'], known = data) =>
    resolved({ model: given! }, { preset: 'dense', model: model! }, known).model;

  test('kl is merged key by key on the command line, and whole in a file', () => {
    expect(resolved({ preset: 'dense' }).model.kl).toEqual({ weight: 0.5, reduction: 'mean' });
    expect(objective({ kl: { weight: 2 } }, {}).kl).toEqual({ weight: 2, reduction: 'mean' });
    expect(objective({}, { kl: { weight: 2 } }).kl).toEqual({ weight: 2, reduction: 'sum' });
  });

  test.each([
    ['β alone means a β-VAE', { objective: { beta: 3 } }, {}, { type: 'betaVae', beta: 3 }],
    [
      'or of the objective there is',
      { objective: { beta: 3 } },
      { objective: { type: 'betaTcVae', beta: 7 } },
      { type: 'betaTcVae', beta: 3 },
    ],
    [
      'another kind is new',
      { objective: { type: 'betaVae' } },
      { objective: { type: 'betaTcVae', beta: 7 } },
      { type: 'betaVae', beta: 4 },
    ],
    [
      'kl belongs to the objective vae',
      { kl: { reduction: 'mean' } },
      { objective: { type: 'vae', weight: 2 } },
      { type: 'vae', weight: 2, reduction: 'mean' },
    ],
  ])('%s', (_, given, file, found) => {
    const model = objective(given, file);
    expect(model.objective).toMatchObject(found);
    expect(model.kl).toBeUndefined();
  });

  test('kl is refused for others', () => {
    expect(() => objective({ kl: { weight: 2 } }, { objective: { type: 'iwae' } })).toThrow(
      'are for the objective vae, not iwae.',
    );
  });

  test('the labels say how many classes a conditional one has', () => {
    const conditional = { objective: { type: 'conditional' } };
    const found = { type: 'conditional', classes: 5, classNames: ['a', 'b'] };
    expect(objective(conditional, {}, labelled).objective).toMatchObject(found);
    expect(objective({}, conditional, labelled).objective).toMatchObject(found);
    expect(() => objective(conditional, {})).toThrow(/^some has no labels/);
  });
});

test('settings of reading are merged, other settings of training are replaced', () => {
  const found = training(
    { clipGradients: { value: 1 }, earlyStopping: { patience: 3 }, read: { label: 'b' } },
    {
      clipGradients: { norm: 5 },
      earlyStopping: { minDelta: 2 },
      read: { label: 'a', resize: 8 },
      ema: 0.9,
    },
  );
  expect(found).toMatchObject({
    clipGradients: { value: 1 },
    earlyStopping: { patience: 3, minDelta: 0 },
    read: { label: 'b', resize: 8 },
    ema: 0.9,
  });
  expect(found.clipGradients).not.toHaveProperty('norm');
});

test('settings become options of fit, with optimizers in the place of their descriptions', () => {
  const players = { judge: { optimizer: { type: 'sgd', momentum: 0.5 } }, other: {} };
  const options = fitOptionsOf(training({ players, optimizer: { type: 'lion' }, threads: 2 }));
  expect(options.optimizer.type).toBe('lion');
  expect(options.players?.judge?.optimizer?.options).toMatchObject({ momentum: 0.5 });
  expect(options.players?.other).toEqual({});
  expect(options).toMatchObject({ threads: 2, batchSize: 128 });
  for (const name of ['data', 'dataFrom', 'read', 'keepCheckpoints']) {
    expect(options).not.toHaveProperty(name);
  }
});

test('settings by path, and back', () => {
  const settings = settingsByPath([
    ['model.latent', undefined],
    ['training.optimizer', { type: 'sgd' }],
    ['training.optimizer.learningRate.initial', 0.5],
    ['training.optimizer.learningRate', { type: 'constant' }],
    ['training.columns', ['a']],
    ['preset', 'mlp'],
  ]);
  expect(settings).toEqual({
    preset: 'mlp',
    training: {
      optimizer: { type: 'sgd', learningRate: { initial: 0.5, type: 'constant' } },
      columns: ['a'],
    },
  });
  expect(settingAt(settings, 'training.optimizer')).toBe('sgd');
  expect(settingAt(settings, 'training.optimizer.learningRate.initial')).toBe(0.5);
  expect(settingAt({ rate: 0.1 }, 'rate.initial')).toBe(0.1);
  expect(settingAt(settings, 'model.objective.beta')).toBeUndefined();
});

test('every option has words, and an example or a default for vae.config.ts', () => {
  const options = runOptions();
  expect(options.length).toBeGreaterThan(50);
  for (const { path, description, example, default: standard } of options) {
    if (path.split('.').length < 2) continue;
    expect(description, path).toMatch(/\.$/);
    if (path.split('.').length > 2 || /^model\.(latent|seed)$/.test(path)) continue;
    expect(example ?? standard, path).toBeDefined();
  }
  const flags = options.flatMap(({ flag }) => (flag ? [flag.flag.split(' ')[0]] : []));
  expect(new Set(flags).size).toBe(flags.length);
});
