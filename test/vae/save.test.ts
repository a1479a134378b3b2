import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { version } from '../../src/base/version.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/codecs/safetensors.js';
import { dense, flatten, graph, type Layer, layer, reshape, VAE } from '../../src/index.js';
import { corners, smallShape, smallVAE } from './small.js';

let parent: string;
let count = 0;
const fresh = () => join(parent, String(count++));
const values = (tensor: Tensor) => tensor.data as Float32Array;

/** A trained model, so that no parameter has a value it could have by chance, and its run. */
let vae: VAE;
let run: string;
const { images } = corners(20, 3);
/** The same images as other programs give them: float32 in [0, 1]. */
const floats = new Tensor(
  'float32',
  Float32Array.from(images.data as Uint8Array, (value) => value / 255),
  images.dims,
);

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'vaekit-save-'));
  vae = smallVAE();
  await vae.fit(corners(64), { epochs: 2 });
  run = fresh();
  await vae.save(run);
});

afterAll(() => rm(parent, { recursive: true }));

/** A copy of the run with one file changed. */
async function damagedRun(
  name: 'config.json' | 'parameters.safetensors',
  damage: (content: Uint8Array<ArrayBuffer>) => Uint8Array | string,
): Promise<string> {
  const path = fresh();
  await vae.save(path);
  const file = join(path, name);
  await writeFile(file, damage(new Uint8Array(await readFile(file))));
  return path;
}

describe('save and load', () => {
  test('keep every bit of the parameters and every result', async () => {
    const again = await VAE.load(run);
    expect(again.config).toEqual(vae.config);
    const [before, after] = [vae.parameters(), again.parameters()];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const name in before) {
      expect(after[name]!.dims).toEqual(before[name]!.dims);
      expect(Buffer.compare(bytes(after[name]!), bytes(before[name]!)), name).toBe(0);
    }
    const [a, b] = [await vae.encode(images), await again.encode(images)];
    expect(values(b.mean)).toEqual(values(a.mean));
    expect(values(b.logVariance)).toEqual(values(a.logVariance));
    expect(values(await again.decode(b.mean))).toEqual(values(await vae.decode(a.mean)));
    expect(await again.evaluate(corners(30, 4))).toEqual(await vae.evaluate(corners(30, 4)));
  });

  test('a saved model trains on', async () => {
    const again = await VAE.load(run);
    await again.fit(corners(64), { epochs: 1 });
    expect(again.parameters()['mean.bias']).not.toEqual(vae.parameters()['mean.bias']);
  });

  test('never over another run', async () => {
    const before = await readFile(join(run, 'parameters.safetensors'));
    await expect(smallVAE({ seed: 9 }).save(run)).rejects.toThrow(
      `${run} already holds a run. Choose another folder.`,
    );
    expect(Buffer.compare(await readFile(join(run, 'parameters.safetensors')), before)).toBe(0);
  });
});

describe('a model with a custom layer', () => {
  const scaled: Layer = layer('scaled', (x, scope) =>
    graph.mul(x, scope.parameter('factor', [x.shape[1] as number], 'ones')),
  );
  const build = () =>
    new VAE({
      input: smallShape,
      latent: 2,
      encoder: [dense(8, { activation: 'tanh' }), scaled],
      decoder: [dense(16), reshape(smallShape)],
    });

  test('loads when the layer is given again', async () => {
    const path = fresh();
    const first = build();
    await first.fit(corners(64), { epochs: 2 });
    expect(values(first.parameters()['encoder.1.factor']!)).not.toEqual(
      new Float32Array(8).fill(1),
    );
    await first.save(path);
    const again = await VAE.load(path, { layers: { scaled } });
    expect(values((await again.encode(images)).mean)).toEqual(
      values((await first.encode(images)).mean),
    );
    await expect(VAE.load(path)).rejects.toThrow(
      `${path}/config.json: model.encoder[1]: the model has the layer 'scaled' of its own, which is code and no part of a run. Give it: --config vae.config.ts on the command line, VAE.load(run, { layers: { 'scaled': ... } }) in code.`,
    );
  });
});

describe('in the plain runtime', () => {
  const metadata = async (file: string) => {
    const { metadataProps } = onnxProto.onnx.ModelProto.decode(await readFile(join(run, file)));
    return Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  };

  test.each([20, 1, 7])('encoder.onnx gives the same as the library (batch %i)', async (n) => {
    const session = await InferenceSession.create(join(run, 'encoder.onnx'));
    expect(session.inputNames).toEqual(['image']);
    expect(session.outputNames).toEqual(['mean', 'log_variance']);
    const batch = firstRows(floats, n);
    const { mean, log_variance } = await session.run({ image: batch });
    for (const given of [batch, firstRows(images, n)]) {
      const expected = await vae.encode(given);
      expect(mean!.dims).toEqual([n, 2]);
      expectClose(values(mean!), values(expected.mean));
      expectClose(values(log_variance!), values(expected.logVariance));
    }
    await session.release();
  });

  test.each([20, 1, 7])('decoder.onnx gives the same as the library (batch %i)', async (n) => {
    const session = await InferenceSession.create(join(run, 'decoder.onnx'));
    expect(session.inputNames).toEqual(['z']);
    expect(session.outputNames).toEqual(['image']);
    const z = new Tensor(
      'float32',
      Float32Array.from({ length: n * 2 }, (_, i) => Math.sin(i) * 2),
      [n, 2],
    );
    const { image } = await session.run({ z });
    expect(image!.dims).toEqual([n, ...smallShape]);
    expectClose(values(image!), values(await vae.decode(z)));
    expect(values(image!).every((value) => value >= 0 && value <= 1)).toBe(true);
    await session.release();
  });

  test('both files describe themselves', async () => {
    const encoder = await metadata('encoder.onnx');
    expect(encoder).toMatchObject({
      producer: `vaekit ${version}`,
      inputs: 'image: float32 [batch, 1, 4, 4] in [0, 1]',
      outputs: 'mean, log_variance: float32 [batch, 2]',
    });
    expect(JSON.parse(encoder.model!)).toEqual(vae.config);
    expect(await metadata('decoder.onnx')).toMatchObject({
      inputs: 'z: float32 [batch, 2]',
      outputs: 'image: float32 [batch, 1, 4, 4] in [0, 1]',
    });
  });
});

test('exported files say a range only where values have one', () => {
  const texts = (likelihood: 'gaussian' | 'bernoulli', input: number[]) => {
    const options = { latent: 2, encoder: [flatten()], decoder: [dense(5), reshape(input)] };
    const model = new VAE({ input, likelihood, ...options });
    return [model.exportEncoder(), model.exportDecoder()].flatMap((bytes) =>
      onnxProto.onnx.ModelProto.decode(bytes)
        .metadataProps.filter(({ value }) => value?.startsWith('image: '))
        .map(({ value }) => value),
    );
  };
  const both = (text: string) => [text, text];
  expect(texts('gaussian', [5])).toEqual(both('image: float32 [batch, 5]'));
  expect(texts('bernoulli', [5])).toEqual(both('image: float32 [batch, 5] in [0, 1]'));
  expect(texts('gaussian', [1, 5, 1])).toEqual(both('image: float32 [batch, 1, 5, 1] in [0, 1]'));
});

describe('a run that is not whole is refused in one line that names the file', () => {
  const editConfig = (edit: (config: { format: number; model: Record<string, unknown> }) => void) =>
    damagedRun('config.json', (content) => {
      const config = JSON.parse(new TextDecoder().decode(content));
      edit(config);
      return JSON.stringify(config);
    });
  const editParameters = (edit: (tensors: Record<string, Tensor>) => void) =>
    damagedRun('parameters.safetensors', (content) => {
      const { tensors } = decodeSafetensors(content, 'file');
      edit(tensors);
      return encodeSafetensors(tensors);
    });

  test.each<[string, () => Promise<string>, RegExp]>([
    [
      'no run',
      async () => parent,
      /holds no run: there is no config\.json in it\. Give the folder/,
    ],
    [
      'an unknown key',
      () =>
        editConfig(({ model }) => {
          model.latnet = 2;
        }),
      /config\.json: model: unknown key 'latnet'\. Did you mean 'latent'\?$/,
    ],
    [
      'an unknown key of a layer',
      () =>
        editConfig(({ model }) => {
          model.encoder = [{ type: 'dense', unit: 8 }];
        }),
      /config\.json: model\.encoder\[0\]: unknown key 'unit'\. Did you mean 'units'\?$/,
    ],
    [
      'an unknown layer',
      () =>
        editConfig(({ model }) => {
          model.encoder = [{ type: 'dens', units: 8 }];
        }),
      /config\.json: model\.encoder\[0\]\.type: unknown layer 'dens'\. Did you mean 'dense'\?$/,
    ],
    [
      'a wrong type',
      () =>
        editConfig(({ model }) => {
          model.latent = '2';
        }),
      /config\.json: model\.latent: .*number/,
    ],
    [
      'a newer format',
      () =>
        editConfig((config) => {
          config.format = 1000;
        }),
      /config\.json: format 1000 is newer than this version of vaekit, which reads up to \d+\. Update vaekit\.$/,
    ],
    [
      'a cut config',
      () => damagedRun('config.json', (content) => content.subarray(0, 100)),
      /config\.json: .*JSON/,
    ],
    [
      'a tensor of another shape',
      () =>
        editParameters((tensors) => {
          tensors['mean.bias'] = new Tensor('float32', new Float32Array(3), [3]);
        }),
      /parameters\.safetensors: mean\.bias is float32 \[3\], but the model needs float32 \[2\]\./,
    ],
    [
      'a missing tensor',
      () =>
        editParameters((tensors) => {
          delete tensors['decoder.1.weight'];
        }),
      /parameters\.safetensors: there is no decoder\.1\.weight\. Give a run whose files belong/,
    ],
    [
      'a tensor too many',
      () =>
        editParameters((tensors) => {
          tensors['mean.b'] = new Tensor('float32', new Float32Array(2), [2]);
        }),
      /parameters\.safetensors: The model has no parameter 'mean\.b'\./,
    ],
    [
      'cut parameters',
      () => damagedRun('parameters.safetensors', (content) => content.subarray(0, -5)),
      /parameters\.safetensors: .*bytes/,
    ],
    [
      'empty parameters',
      () => damagedRun('parameters.safetensors', () => ''),
      /parameters\.safetensors: 0 bytes are too few/,
    ],
  ])('%s', async (_, make, message) => {
    const path = await make();
    const error = await VAE.load(path).then(
      () => expect.unreachable(),
      (reason: unknown) => reason as Error,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.message).not.toContain('\n');
  });
});

test('the version is as in package.json', async () => {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  expect(version).toBe(JSON.parse(file).version);
});

function bytes(tensor: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = values(tensor);
  return Buffer.from(buffer, byteOffset, byteLength);
}

function firstRows(tensor: Tensor, n: number): Tensor {
  const width = tensor.dims.slice(1).reduce((a, b) => a * b, 1);
  const data = (tensor.data as Float32Array).slice(0, n * width);
  return new Tensor(tensor.type as 'float32', data, [n, ...tensor.dims.slice(1)]);
}

/** Other batch sizes and rounding of the pixels' scale may change the last bits, no more. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
}
