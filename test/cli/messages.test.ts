import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Tensor } from 'onnxruntime-common';
import { beforeAll, describe, expect, test } from 'vitest';
import { newJob } from '../../src/cli/train/train-job.js';
import { encodeNpy } from '../../src/data/codecs/npy.js';
import { datasets, dense, VAE, zipRun } from '../../src/index.js';
import { startStudio } from '../../src/studio-server/server.js';
import { corners, smallVAE } from '../vae/small.js';
import { emptyFolder, quarters, writeQuarters } from './folder.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
});

/** Words that are a library's or the system's, not vaekit's. */
const foreign =
  /\bzod\b|Invalid (input|option|type|value)|Too (small|big)|expected .*received|onnx|protobuf|sharp|vips|papa|hyparquet|thrift|jiti|vega|ParseError|Unexpected (token|end)|node_modules|node:|\bat \S+:\d+:\d+|\[object |undefined/i;

/** Codes of the system, and names of libraries in capitals. */
const codes = /\bE[A-Z]{4,}\b|\bORT\b|\bERR_/;

/** The message of an action that a user got wrong: one line of vaekit's. */
async function said(action: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(action)
    .then(
      () => 'nothing',
      (caught: unknown) => caught,
    );
  expect((error as Error).name, String(error)).toBe('UserError');
  const { message } = error as Error;
  expect(message).not.toMatch(/\n/);
  expect(message).not.toMatch(foreign);
  expect(message).not.toMatch(codes);
  // The last sentence gives advice.
  expect(message).toMatch(/[.?]$/);
  return message;
}

let number = 0;

/** Training by a config file with this text. */
async function byConfig(text: string, ending = 'ts'): Promise<string> {
  number += 1;
  const path = at(`config-${number}.${ending}`);
  await writeFile(path, text);
  const message = await said(() => newJob({ data: at('quarters'), config: path }));
  return message.replace(`${path}: `, '');
}

const model = (layers: string) =>
  `import { dense, graph, layer, reshape } from 'vaekit';
  export default { model: { latent: 2, encoder: [${layers}], decoder: [dense(64), reshape([1, 8, 8])] } };`;

describe('a config of code that', () => {
  test.each([
    [
      'has an error of syntax',
      'export default {\n,',
      'there is an error of syntax at line 2. Correct the file.',
    ],
    [
      'imports a package that is missing',
      "import x from 'nowhere'; export default x;",
      "it imports 'nowhere', which is not there. Install it (npm install nowhere), or leave the import out.",
    ],
    [
      'imports a file that is missing',
      "import x from './absent.js'; export default x;",
      "it imports './absent.js', which is not there. Check the path, or leave the import out.",
    ],
    [
      'calls a function that vaekit does not have',
      "import { denze } from 'vaekit';\nexport default { preset: denze() };",
      "it calls 'denze' at line 2, which is no function there. Did you mean 'dense'?",
    ],
    [
      'reads a file that is missing',
      "import fs from 'node:fs'; fs.readFileSync('/nope'); export default {};",
      'running it failed at line 1: /nope: there is no such file or folder. Check the path.',
    ],
    [
      'throws no Error',
      'throw { a: 1 };',
      'running it failed: it threw an object, which is no Error. Correct the file.',
    ],
    [
      'gives a promise that fails',
      "export default Promise.reject(new Error('no'));",
      'running it failed at line 1: no. Correct the file.',
    ],
    [
      'gives a function',
      'export default () => 3;',
      'it must be an object of options, not a function.',
    ],
    [
      'gives nothing',
      'export const a = 1;',
      'it has no default export. Write: export default defineConfig({ ... }).',
    ],
  ])('%s', async (_, text, says) => {
    expect(await byConfig(text)).toBe(says);
  });

  test.each([
    [
      "layer('bad', () => { throw new Error('why'); })",
      'encoder.0 (bad) fails in its own function: why. Correct it.',
    ],
    [
      "layer('bad', () => 3)",
      'encoder.0 (bad) gives no value of a program, but number. Return what functions such as graph.mul give.',
    ],
    [
      "layer('bad', (x) => graph.reshape(x, [3]))",
      'encoder.0 (bad) does not fit its input [batch, 1, 8, 8]: reshape: [batch, 1, 8, 8] does not fit [3].',
    ],
    ['dense', 'model.encoder[0]: it must be an object of options, not a function.'],
  ])('has the layer %s', async (layers, says) => {
    expect(await byConfig(model(layers))).toBe(says);
  });
});

describe('a config of JSON that', () => {
  test.each([
    [
      'ends too early',
      '{ "model": ',
      'not valid JSON: it ends too early, at line 1, column 12. Correct the text.',
    ],
    [
      'has a comma too many',
      '{\n  "preset": "mlp",\n}',
      "not valid JSON: line 3, column 1: '}' does not belong there. Correct the text.",
    ],
    [
      'has single quotes',
      "{ 'preset': 1 }",
      "not valid JSON: line 1, column 3: ''' does not belong there. Correct the text.",
    ],
    ['is a list', '[]', 'it must be an object of options, not an empty list.'],
    [
      'has a text for a number',
      '{"preset":"mlp","training":{"epochs":"3"}}',
      "training.epochs: it must be a number, not '3'.",
    ],
    [
      'has a part of a number',
      '{"preset":"mlp","training":{"epochs":1.5}}',
      'training.epochs: it must be a whole number, not 1.5.',
    ],
    [
      'has a number too small',
      '{"preset":"mlp","training":{"batchSize":0}}',
      'training.batchSize: it must be at least 1, not 0.',
    ],
    [
      'has another word',
      '{"preset":"mlp","model":{"kl":{"reduction":"avg"}}}',
      "model.kl.reduction: it must be 'sum' or 'mean', not 'avg'.",
    ],
    ['has an unknown key', '{"presett":"mlp"}', "unknown key 'presett'. Did you mean 'preset'?"],
    [
      'lacks an option',
      '{"preset":"mlp","model":{"encoder":[{"type":"dense"}]}}',
      'model.encoder[0].units: it is missing. Give a number.',
    ],
    [
      'has an empty shape',
      '{"preset":"mlp","model":{"input":[]}}',
      'model.input: it must have at least 1 entry, not 0.',
    ],
  ])('%s', async (_, text, says) => {
    expect(await byConfig(text, 'json')).toBe(says);
  });
});

describe('data that', () => {
  const { images } = quarters(8, 1);
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000080000000808000000', 'hex');
  test.each<[string, string, Uint8Array | string, RegExp]>([
    [
      'is no gzip',
      'a.csv.gz',
      Buffer.concat([gzipSync('1,2\n3,4\n'.repeat(999)).subarray(0, 30), new Uint8Array(40)]),
      /the gzip data is damaged\. Get the file again\.$/,
    ],
    [
      'is no Parquet',
      'a.parquet',
      'PAR1 and then some text',
      /the Parquet file is damaged or not one(?: \(.+\))?\. Get it again\.$/,
    ],
    [
      'is no zip',
      'a.npz',
      Buffer.concat([Buffer.from('PK\x03\x04'), new Uint8Array(99)]),
      /the zip archive is damaged.*\./,
    ],
    ['is no .npy', 'a.npy', 'text', /a\.npy/],
    ['is a row with a text in numbers', 'a.csv', '1,2\n3,x\n', /a\.csv/],
    ['has a quote that is not closed', 'b.csv', 'a,b\n"1,2\n3,4\n', /b\.csv/],
  ])('%s', async (_, name, bytes, says) => {
    await writeFile(at(name), bytes);
    expect(await said(() => datasets.openDataset(at(name)))).toMatch(says);
  });

  test('is a picture that is cut short', async () => {
    await mkdir(at('photos'), { recursive: true });
    await writeFile(at('photos', 'a.png'), png);
    const open = () => datasets.openDataset(at('photos'), { strict: true });
    expect(await said(open)).toMatch(/a\.png.+it is (cut short|damaged|of a form)/);
    await writeFile(at('photos', 'a.png'), images);
    expect(await said(open)).toMatch(/it is no PNG/);
    await rm(at('photos'), { recursive: true });
  });

  test('is of the wrong shape or kind for a model', async () => {
    const vae = smallVAE();
    const data = corners(8);
    const wrong = new Tensor('float32', new Float32Array(27), [3, 1, 3, 3]);
    const whole = new Tensor('int32', new Int32Array(16), [1, 1, 4, 4]);
    for (const action of [
      () => vae.encode(wrong),
      () => vae.encode(whole),
      () => vae.decode(wrong),
      () => vae.sample(-1),
      () => vae.fit(data, { batchSize: 9 }),
      () => vae.fit(data, { epochs: 1.5 }),
      () => vae.fit(data, { ema: 'x' as never }),
      () => vae.setParameters({ nope: wrong }),
      () => smallVAE({ latent: 0 }),
      () => vae.fit('mnist' as never),
      () => vae.fit(data, { optimizer: 'adam' as never }),
      () => vae.fit(data, { validation: [] as never }),
      () => smallVAE({ encoder: 3 as never }),
      () => smallVAE({ decoder: [dense as never] }),
      () => smallVAE({ decoder: [null as never] }),
      () => smallVAE({ objective: 'betaVae' as never }),
      () => smallVAE({ kl: 3 as never }),
      () => smallVAE({ likelihood: 'nope' as never }),
    ]) {
      await said(action);
    }
  });
});

describe('a run that', () => {
  test('is damaged', async () => {
    const run = at('run');
    await smallVAE().save(run);
    await writeFile(join(run, 'parameters.safetensors'), 'short');
    expect(await said(() => VAE.load(run))).toMatch(/parameters\.safetensors: /);
    await writeFile(join(run, 'config.json'), '{"format":1,"model":{"latent":"2"}}');
    expect(await said(() => VAE.load(run))).toMatch(/config\.json: model/);
    await writeFile(at('run.zip'), (await zipRun({ 'config.json': '{}' })).subarray(0, 60));
    expect(await said(() => VAE.load(at('run.zip')))).toMatch(/the zip archive is damaged/);
    expect(await said(() => VAE.load(at('absent')))).toMatch(/holds no run/);
  });
});

test('a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  try {
    const page = at('page');
    await mkdir(page);
    await writeFile(join(page, 'index.html'), '');
    const start = () => startStudio({ path: folder, port, page });
    expect(await said(start)).toBe(
      `Port ${port} is in use. Choose another one with --port, or 0 for any.`,
    );
  } finally {
    server.close();
  }
});

test('a file that cannot be written', async () => {
  await writeFile(at('file'), '');
  const tensor = encodeNpy(new Tensor('float32', new Float32Array(4), [4]));
  await writeFile(at('x.npy'), tensor);
  expect(await said(() => smallVAE().save(at('file', 'run')))).toMatch(
    /^Cannot make .+: a part of the path is a file, not a folder\. Check the path\.$/,
  );
  expect(await said(() => smallVAE().save(at('file')))).toMatch(/is in the way\. Choose/);
});
