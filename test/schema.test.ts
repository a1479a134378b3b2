import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { adamW, conv2d, dense, layer, reshape, residual, VAE } from '../src/index.js';
import { preset, presetNames } from '../src/vae/config/presets.js';
import { emptyFolder, vaekit, writeQuarters } from './cli/process.js';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

type Schema = { readonly [key: string]: unknown };

let schema: Schema;
let problem: (config: unknown) => string | undefined;

beforeAll(async () => {
  schema = JSON.parse(await read('schema/run.schema.json'));
  const ajv = new Ajv2020({ strictTypes: false });
  const check = ajv.compile(schema);
  problem = (config) => (check(config) ? undefined : ajv.errorsText(check.errors));
});

test('schema/run.schema.json and docs/configuration.md are current', async () => {
  const script = fileURLToPath(new URL('../schema/write.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--check']);
});

/** The names of the properties of a schema and of the schemas inside. */
function properties(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as Schema).properties;
  const names = own && !Array.isArray(own) ? Object.keys(own as object) : [];
  return [...names, ...Object.values(value).flatMap(properties)];
}

test('docs/configuration.md has every option, layer, likelihood, objective and optimizer', async () => {
  const page = await read('docs/configuration.md');
  const names = new Set(properties(schema));
  for (const name of ['type', '$schema']) names.delete(name);
  expect(names.size).toBeGreaterThan(50);
  for (const name of names) expect(page, name).toMatch(new RegExp(`\\b${name}(\`|: )`));
  const types = [...JSON.stringify(schema).matchAll(/"type":\{"const":"(\w+)"\}/g)];
  expect(types.length).toBeGreaterThan(30);
  for (const [, type] of types) expect(page, type).toContain(`#### \`${type}\``);
});

test('every option is described', () => {
  const bare: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const own = (value as Schema).properties as Record<string, Schema> | undefined;
    for (const [key, each] of Object.entries(Array.isArray(own) ? {} : (own ?? {}))) {
      const described = 'description' in each || '$ref' in each || 'const' in each;
      if (!described && key !== 'type') bare.push(`${path}.${key}`);
    }
    for (const [key, each] of Object.entries(value)) visit(each, `${path}.${key}`);
  };
  const { anyOf: _, ...described } = schema;
  visit(described, '');
  expect(bare).toEqual([]);
});

describe('the schema', () => {
  test.each(presetNames)('takes the preset %s', (name) => {
    const shape = name === 'sequence' ? [3, 28] : [1, 28, 28];
    expect(problem(preset(name, shape))).toBeUndefined();
    expect(problem({ preset: name })).toBeUndefined();
  });

  test('takes the config.json of runs', async () => {
    const folder = await emptyFolder();
    await writeQuarters(folder);
    const options = ['--lr-schedule', 'cosine', '--beta', '2', '--ema', '0.9', '--epochs', '1'];
    const run = ['train', '--data', 'quarters', '--preset', 'resnet', '--out', 'run', ...options];
    expect((await vaekit(folder, ...run)).code).toBe(0);
    const config = JSON.parse(await readFile(`${folder}/run/config.json`, 'utf8'));
    expect(problem(config)).toBeUndefined();
    const model = new VAE({
      input: [1, 4, 4],
      latent: 2,
      encoder: [residual(layer('same', (x) => x)), conv2d(2, { kernel: [1, 3], padding: 1 })],
      decoder: [dense(16, { initializer: { constant: 0 } }), reshape([1, 4, 4])],
    });
    const { type, options: optimizer } = adamW();
    const training = { optimizer: { type, ...optimizer } };
    expect(problem({ model: model.config, training })).toBeUndefined();
  });

  test.each([
    [{}],
    [{ preset: 'cov' }],
    [{ preset: 'conv', modl: {} }],
    [{ model: { latent: 2, encoder: [] } }],
    [{ model: { latent: 2, encoder: [], decoder: [{ type: 'conv2dd' }] } }],
    [{ preset: 'mlp', model: { encoder: [{ type: 'residual', layers: [{ type: 'dense' }] }] } }],
    [{ preset: 'mlp', training: { optimizer: { type: 'sgd', momentum: 2 } } }],
    [{ preset: 'mlp', training: { optimizer: { learningRate: { type: 'step', initial: 1 } } } }],
    [{ preset: 'mlp', model: { objective: { type: 'betaVae', beta: { type: 'linear' } } } }],
  ])('refuses %j', (config) => {
    expect(problem(config)).toBeDefined();
  });
});

test('schema/sweep.schema.json takes the sweep of docs/sweeps.md, and refuses others', async () => {
  const ajv = new Ajv2020({ strictTypes: false });
  ajv.addSchema(schema, 'run.schema.json');
  const { $schema: _, ...sweeps } = JSON.parse(await read('schema/sweep.schema.json'));
  const check = ajv.compile(sweeps);
  const [, block] = /```json\n([\s\S]*?)```/.exec(await read('docs/sweeps.md'))!;
  const { $schema: __, ...sweep } = JSON.parse(block!);
  expect([check(sweep), check.errors]).toEqual([true, null]);
  const { settings } = sweep;
  for (const wrong of [
    { ...sweep, settings: { ...settings, 'model.latent': { type: 'integer', from: 2 } } },
    { ...sweep, method: { type: 'random' } },
    { ...sweep, config: { preset: 'mlp', training: { epoch: 9 } } },
  ]) {
    expect(check(wrong), JSON.stringify(wrong)).toBe(false);
  }
});
