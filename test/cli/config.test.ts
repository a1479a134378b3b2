import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { newJob } from '../../src/cli/train/train-job.js';
import { decodeSafetensors } from '../../src/data/codecs/safetensors.js';
import { presetNames } from '../../src/vae/config/presets.js';
import { alone, emptyFolder, tree, vaekit, writeQuarters } from './process.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const configOf = async (run: string) => JSON.parse(await readFile(at(run, 'config.json'), 'utf8'));

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  const series = Array.from({ length: 40 }, (_, i) => {
    return Array.from({ length: 20 }, (_, step) => Math.sin(i + step / 2).toFixed(3)).join();
  });
  await writeFile(at('series.csv'), `${series.join('\n')}\n`);
});

const short = ['--data', 'quarters', '--epochs', '1'];

describe('vaekit init', () => {
  test.each([
    ['vae.config.ts', []],
    ['vae.config.json', ['--json', '--preset', 'mlp']],
  ])('writes %s, which trains as it stands, and overwrites nothing', async (name, options) => {
    const place = name.split('.').at(-1)!;
    const made = await vaekit(folder, 'init', place, ...options);
    expect(made).toEqual({ code: 0, stderr: '', stdout: `Written to ${place}/${name}\n` });
    const text = await readFile(at(place, name), 'utf8');
    await writeQuarters(at(place));
    const trained = await vaekit(at(place), 'train', ...short, '--out', 'run');
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    expect(trained.stdout).toMatch(
      new RegExp(`^Settings from ${name}; options override them\\.\n`),
    );
    const { model, training } = await configOf(`${place}/run`);
    expect(model).toMatchObject({ input: [1, 8, 8], latent: 2, seed: 42 });
    expect(training).toMatchObject({ data: 'quarters', epochs: 1 });
    const again = await vaekit(folder, 'init', place);
    expect(again.code).toBe(2);
    expect(again.stderr).toBe(
      `vaekit: ${place}/${name} is there already. Change it, or choose another folder.\n`,
    );
    expect(await readFile(at(place, name), 'utf8')).toBe(text);
  });

  test('shows in vae.config.ts every option of training, and refuses unknown presets', async () => {
    const { trainingSchema } = await import('../../src/vae/config/run-config.js');
    const text = await readFile(at('ts', 'vae.config.ts'), 'utf8');
    // A run's folder tells where its data is; that is not for people to write.
    const keys = Object.keys(trainingSchema.shape).filter((key) => key !== 'dataFrom');
    for (const key of keys) expect(text).toContain(` ${key}: `);
    const { code, stderr } = await vaekit(folder, 'init', 'other', '--preset', 'cov');
    expect([code, stderr]).toEqual([2, "vaekit: Unknown preset 'cov'. Did you mean 'conv'?\n"]);
    expect(await tree(folder)).not.toContain('other');
  });
});

test.each(presetNames)(
  'config.json of a run of %s given back gives the same bytes',
  async (preset) => {
    const data = preset === 'sequence' ? ['--data', 'series.csv'] : [];
    const options = [...short, ...data, '--preset', preset, '--out', preset];
    const first = await vaekit(folder, 'train', ...options);
    expect([first.code, first.stderr]).toEqual([0, '']);
    const given = ['--config', `${preset}/config.json`, '--out', `${preset}-again`];
    const again = await vaekit(folder, 'train', ...given);
    expect([again.code, again.stderr]).toEqual([0, '']);
    const bytes = (run: string) => readFile(at(run, 'parameters.safetensors'));
    expect(Buffer.compare(await bytes(preset), await bytes(`${preset}-again`))).toBe(0);
    expect(await configOf(`${preset}-again`)).toEqual(await configOf(preset));
  },
);

test.each([
  ['ts', []],
  ['json', ['--data', 'mnist']],
])('the %s config of docs/configuration.md trains', async (language, options) => {
  const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const [, text] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)!;
  await writeFile(at(`documented.${language}`), text!);
  const given = ['--config', `documented.${language}`, '--epochs', '0', ...options];
  const { code, stderr } = await vaekit(folder, 'train', ...given, '--out', `of-${language}`);
  expect([code, stderr]).toEqual([0, '']);
  const { model, training } = await configOf(`of-${language}`);
  expect(model.latent).toBeGreaterThan(2);
  expect(training.optimizer.type).toBe('adamW');
});

describe('a config of code', () => {
  const code = `
    import { adamW, betaVae, conv2d, defineConfig, dense, graph, layer, reshape, residual, type Layer } from 'vaekit';
    const twice: Layer = layer('twice', (x) => graph.mul(x, 2));
    export default defineConfig({
      model: {
        latent: 3,
        encoder: [conv2d(4, { stride: 2, padding: 'same' }), residual(twice), { type: 'flatten' }],
        decoder: [dense(64), reshape([1, 8, 8])],
        objective: betaVae({ beta: 2 }),
      },
      training: { data: 'quarters', epochs: 2, batchSize: 40, optimizer: adamW({ exclude: ['bias'] }) },
    });`;

  test('trains with layers of its own; options override it', async () => {
    await writeFile(at('own.config.ts'), code);
    const given = ['--config', 'own.config.ts', '--latent', '2', '--epochs', '1', '--out', 'own'];
    const { code: status, stdout, stderr } = await vaekit(folder, 'train', ...given);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('Settings from');
    const { $schema, model, training } = await configOf('own');
    expect($schema).toBe('../node_modules/vaekit/schema/run.schema.json');
    expect(model).toMatchObject({ input: [1, 8, 8], latent: 2, objective: { beta: 2 } });
    expect(model.encoder[1].layers).toEqual([{ type: 'custom', name: 'twice' }]);
    expect(training).toMatchObject({
      epochs: 1,
      batchSize: 40,
      optimizer: { type: 'adamW', exclude: ['bias'] },
    });
  });

  test('gives the players of an objective of its own their optimizers', async () => {
    const adversarial = `
      import { dense, graph, reshape, sgd, waeMmd, type Objective } from 'vaekit';
      const judge = [dense(1)];
      const objective: Objective = {
        ...waeMmd(),
        type: 'adversarial',
        options: {},
        schedules: {},
        players: [{ name: 'judge', owns: ['judge'] }],
        terms({ sample, negativeLogLikelihood, network, prior }) {
          const z = sample();
          const reconstruction = graph.mean(negativeLogLikelihood(z));
          const told = graph.mean(network('judge', judge, z));
          const drawn = graph.mean(network('judge', judge, prior(z)));
          return {
            loss: graph.sub(reconstruction, told),
            losses: { judge: graph.square(graph.sub(drawn, told)) },
            metrics: { reconstruction },
          };
        },
      };
      export default {
        model: { latent: 2, encoder: [], decoder: [dense(64), reshape([1, 8, 8])], objective },
        training: { players: { judge: { optimizer: sgd({ learningRate: 0 }) } } },
      };`;
    await writeFile(at('players.config.ts'), adversarial);
    const by = ['--config', 'players.config.ts', '--epochs'];
    const run = (...more: string[]) =>
      vaekit(folder, 'train', '--data', 'quarters', ...by, ...more, '--out', `players-${more[0]}`);
    for (const epochs of ['0', '2']) {
      const { code, stderr } = await run(epochs);
      expect([code, stderr]).toEqual([0, '']);
    }
    const read = (epochs: number) => readFile(at(`players-${epochs}`, 'parameters.safetensors'));
    const [before, after] = [await read(0), await read(2)].map((bytes) =>
      decodeSafetensors(bytes, 'parameters'),
    );
    const values = (file: typeof before, name: string) => file!.tensors[name]!.data;
    expect(values(after, 'judge.0.weight')).toEqual(values(before, 'judge.0.weight'));
    expect(values(after, 'mean.weight')).not.toEqual(values(before, 'mean.weight'));
    const { training } = await configOf('players-2');
    expect(training.players).toMatchObject({
      judge: { optimizer: { type: 'sgd', learningRate: 0, momentum: 0 } },
    });
  });

  describe('gives a run its own layers back', () => {
    const uses = (run: string, ...more: string[]) => [
      ['info', run, ...more],
      ['reconstruct', run, '--out', 'r.png', ...more],
      ['sample', run, '--out', 's.png', ...more],
      ['evaluate', run, '--json', ...more],
      ['encode', run, '--out', 'latents', ...more],
      ['train', '--resume', run, '--epochs', '2', ...more],
    ];
    /** A config that tells that it is run. */
    const telling = `console.error('config was run');\n${code}`;

    test('from the file that --config names, and from the one in the working folder', async () => {
      for (const args of uses('own', '--config', 'own.config.ts')) {
        const { code: status, stderr } = await vaekit(folder, ...args);
        expect([args[0], status, stderr]).toEqual([args[0], 0, '']);
      }
      await mkdir(at('project'));
      await writeQuarters(at('project'));
      await writeFile(at('project', 'vae.config.ts'), code);
      const trained = await vaekit(at('project'), 'train', '--epochs', '1', '--out', 'mine');
      expect([trained.code, trained.stderr]).toEqual([0, '']);
      for (const args of [
        ...uses('mine'),
        ['train', '--config', 'mine/config.json', '--out', 'again'],
      ]) {
        const { code: status, stderr } = await vaekit(at('project'), ...args);
        expect([args[0], status, stderr]).toEqual([
          args[0],
          0,
          "Code of the run's own from vae.config.ts.\n",
        ]);
      }
    }, 300_000);

    test('and from nowhere else: a run that somebody sent runs no code by itself', async () => {
      const sent = at('sent');
      await cp(at('own'), join(sent, 'run'), { recursive: true });
      // A config lies in the run, and one beside it.
      await writeFile(join(sent, 'run', 'vae.config.ts'), telling);
      await writeFile(join(sent, 'vae.config.ts'), telling);
      const refused = async (cwd: string, near: string, ...args: string[]) => {
        const before = await tree(sent);
        const { code: status, stderr, stdout } = await vaekit(cwd, ...args);
        expect([status, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(
          /^vaekit: \S+ has the layer 'twice' of its own, which is code and no part of a run\. [^\n]+\n$/,
        );
        expect(stderr).toContain(`--config ${near}.`);
        expect(await tree(sent)).toEqual(before);
      };
      for (const args of uses('sent/run')) {
        await refused(folder, 'sent/run/vae.config.ts', ...args);
      }
      await refused(join(sent, 'run'), 'vae.config.ts', 'info', '.');
      await refused(join(sent, 'run', 'checkpoints'), '../vae.config.ts', 'info', '..');
      const training = ['train', '--config', 'config.json', '--out', 'x'];
      await refused(join(sent, 'run'), 'vae.config.ts', ...training);
      await rm(join(sent, 'run', 'vae.config.ts'));
      await refused(folder, 'sent/vae.config.ts', 'info', 'sent/run');
      await rm(join(sent, 'vae.config.ts'));
      await refused(folder, 'vae.config.ts', 'info', 'sent/run');
      // The working folder's config is run only for a run that needs code. One process runs it once.
      await writeFile(at('project', 'vae.config.ts'), telling);
      const plain = ['train', '--preset', 'mlp', '--data', 'quarters', '--epochs', '0'];
      expect((await alone(at('project'), ...plain, '--out', 'plain')).code).toBe(0);
      expect((await alone(at('project'), 'info', 'plain')).stderr).toBe('');
    }, 300_000);

    test('a config that lacks the layer is told', async () => {
      await writeFile(at('lacking.config.ts'), "export default { preset: 'mlp' };");
      const { code: status, stderr } = await vaekit(
        folder,
        ...['info', 'own', '--config', 'lacking.config.ts'],
      );
      expect([status, stderr]).toEqual([
        2,
        "vaekit: lacking.config.ts does not define the layer 'twice', which own has. Give the file that does: --config vae.config.ts.\n",
      ]);
    });
  });

  test('of the working folder: .ts before .json, and not beside --preset', async () => {
    await mkdir(at('found'));
    await writeQuarters(at('found'));
    await writeFile(at('found', 'vae.config.json'), '{ "preset": "mlp" }');
    await writeFile(at('found', 'vae.config.mjs'), "export default { preset: 'dense' };");
    const byFile = await vaekit(at('found'), 'train', ...short);
    expect([byFile.code, byFile.stderr]).toEqual([0, '']);
    expect(byFile.stdout).toMatch(
      /^Settings from vae\.config\.mjs; .*\n[\s\S]* runs\/quarters-dense\n$/,
    );
    const byPreset = await vaekit(at('found'), 'train', ...short, '--preset', 'mlp');
    expect(byPreset.stdout).toMatch(/^vae\.config\.mjs is not used: --preset is given\.\n/);
  });

  test('an objective goes in the place of the kl of its preset', async () => {
    await writeFile(
      at('over.json'),
      '{ "preset": "mlp", "model": { "objective": { "type": "iwae" } } }',
    );
    const { code: status } = await vaekit(
      folder,
      'train',
      ...short,
      '--config',
      'over.json',
      '--out',
      'over',
    );
    expect(status).toBe(0);
    const { model, training } = await configOf('over');
    expect(model.kl).toBeUndefined();
    expect(model).toMatchObject({
      objective: { type: 'iwae', samples: 5 },
      encoder: [{ units: 512 }],
    });
    expect(training.batchSize).toBe(128);
  });

  let wrong = 0;
  const network = (decoder: string) =>
    `export default { model: { latent: 2, encoder: [], decoder: ${decoder} } };`;
  const mlp = (rest: string) => `export default { preset: 'mlp', ${rest} };`;

  test.each([
    [
      'export const x = 3;',
      'it has no default export. Write: export default defineConfig({ ... }).',
    ],
    ["throw new Error('no\\nway');", 'running it failed at line 1: no way. Correct the file.'],
    ['export default {,', 'there is an error of syntax at line 1. Correct the file.'],
    [
      "import './absent.js';",
      "it imports './absent.js', which is not there. Check the path, or leave the import out.",
    ],
    [
      "import { dense } from 'vaekit'; dense(0);",
      /^running it failed at line 1: dense\.units: it must be at least 1, not 0\./,
    ],
    ['export default 3;', 'it must be an object of options, not 3.'],
    ["export default { presett: 'mlp' };", "unknown key 'presett'. Did you mean 'preset'?"],
    [
      'export default { training: {} };',
      /^model\.latent: it is missing\. Give it, or start from a preset \(dense, /,
    ],
    [
      network("[{ type: 'flatten' }, { type: 'conv2dd' }]"),
      "model.decoder[1].type: unknown layer 'conv2dd'. Did you mean 'conv2d'?",
    ],
    [
      network("[{ type: 'residual', layers: [{ type: 'conv2d', filter: 3 }] }]"),
      "model.decoder[0].layers[0]: unknown key 'filter'. Did you mean 'filters'?",
    ],
    [
      network("[{ type: 'residual', layers: [{ type: 'reshape', shape: 3 }] }]"),
      'model.decoder[0].layers[0].shape: it must be a list, not 3.',
    ],
    [
      network('[{ units: 3 }]'),
      /^model\.decoder\[0\]\.type: the type of the layer is missing\. Known: activation, attention, /,
    ],
    [network('3'), 'model.decoder: it must be a list, not 3.'],
    [
      mlp("training: { optimizer: { type: 'adma' } }"),
      "training.optimizer.type: unknown optimizer 'adma'. Did you mean 'adam'?",
    ],
    [
      mlp('training: { optimizer: { beta: 1 } }'),
      "training.optimizer: unknown key 'beta'. Did you mean 'beta1'?",
    ],
    [
      mlp("training: { optimizer: { learningRate: { type: 'cosine', initial: -1 } } }"),
      'training.optimizer.learningRate.initial: it must be at least 0, not -1.',
    ],
    [
      mlp(
        "model: { objective: { type: 'conditional', classes: 3, objective: { type: 'betaVae', beta: { type: 'linear', step: 3 } } } }",
      ),
      "model.objective.objective.beta: unknown key 'step'. Did you mean 'steps'?",
    ],
    [
      mlp("model: { objective: { type: 'betaVea' } }"),
      "model.objective.type: unknown objective 'betaVea'. Did you mean 'betaVae'?",
    ],
    [
      mlp("model: { kl: {}, objective: { type: 'vae' } }"),
      'model: kl and objective exclude each other. Give the objective the weight.',
    ],
    [mlp("model: { likelihood: 'bernouli' }"), /^model\.likelihood: .*bernoulli/],
    [mlp("training: { augment: { flip: 'h' } }"), /^training\.augment\.flip: /],
  ])('%s is refused in one line', async (text, says) => {
    wrong += 1;
    // A module that was run once is not run again under the same name.
    const path = at(`wrong-${wrong}.ts`);
    await writeFile(path, text);
    const error = await newJob({ data: at('quarters'), config: path }).catch((each) => each);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).not.toContain('\n');
    expect(message.startsWith(`${path}: `)).toBe(true);
    const said = message.slice(`${path}: `.length);
    if (typeof says === 'string') expect(said).toBe(says);
    else expect(said).toMatch(says);
  });

  test('that is wrong ends the command with its line, and nothing is trained', async () => {
    await writeFile(at('wrong.ts'), "throw new Error('no\\nway');");
    const given = ['--config', 'wrong.ts', '--out', 'never'];
    expect(await vaekit(folder, 'train', ...short, ...given)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'vaekit: wrong.ts: running it failed at line 1: no way. Correct the file.\n',
    });
    expect(await tree(folder)).not.toContain('never');
  });
});
