import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../src/base/random.js';
import {
  activation,
  averagePool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  globalAveragePool,
  graph,
  groupNorm,
  type Layer,
  layer,
  layerNorm,
  maxPool2d,
  reshape,
  residual,
  upsample,
  VAE,
} from '../../src/index.js';
import { corners, smallShape, smallVAE } from './small.js';

/** Every layer whose training differs from its use, and most of the others. */
const normalizedVAE = () =>
  new VAE({
    input: smallShape,
    latent: 2,
    encoder: [
      conv2d(4, { padding: 'same', bias: false, initializer: 'orthogonal' }),
      batchNorm(),
      activation('silu'),
      maxPool2d(2),
      residual(groupNorm(2), conv2d(4, { padding: 'same', activation: 'gelu' }), dropout(0.1)),
      dense(12),
      batchNorm({ momentum: 0.2 }),
      activation('leakyRelu'),
      dropout(0.2),
    ],
    decoder: [
      dense(16),
      layerNorm(),
      activation('elu'),
      reshape([4, 2, 2]),
      upsample(2, { mode: 'bilinear' }),
      residual(conv2d(4, { padding: 'same' }), batchNorm(), activation('relu')),
      upsample([2, 1]),
      averagePool2d([2, 1]),
      conv2d(1, { padding: 'same' }),
    ],
    seed: 4,
  });

const data = corners(50);
const { images } = corners(20, 3);
const floats = new Tensor(
  'float32',
  Float32Array.from(images.data as Uint8Array, (value) => value / 255),
  images.dims,
);
const values = (tensor: { data: unknown }) => tensor.data as Float32Array;
const training = { epochs: 12, batchSize: 16 };

let folder: string;
let vae: VAE;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-layers-'));
  vae = normalizedVAE();
  await vae.fit(data, training);
  await vae.save(join(folder, 'run'));
});
afterAll(() => rm(folder, { recursive: true }));

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
}

describe('a model with batchNorm and dropout', () => {
  test('has running statistics that training moved', () => {
    const before = normalizedVAE().parameters();
    const after = vae.parameters();
    const states = Object.keys(after).filter((name) => /running_/.test(name));
    expect(states).toEqual([
      'encoder.1.running_mean',
      'encoder.1.running_var',
      'encoder.6.running_mean',
      'encoder.6.running_var',
      'decoder.5.1.running_mean',
      'decoder.5.1.running_var',
    ]);
    for (const name of states) {
      const start = /mean/.test(name) ? 0 : 1;
      expect([...values(before[name]!)].every((value) => value === start)).toBe(true);
      expect([...values(after[name]!)].some((value) => Math.abs(value - start) > 1e-3)).toBe(true);
    }
  });

  test('learns', async () => {
    const before = await normalizedVAE().evaluate(data);
    const after = await vae.evaluate(data);
    expect(after.loss!).toBeLessThan(before.loss!);
  });

  test('sees each image by itself outside of training', async () => {
    const whole = await vae.encode(floats);
    const third = new Tensor('float32', values(floats).slice(48, 64), [1, ...smallShape]);
    const alone = await vae.encode(third);
    expectClose(values(alone.mean), values(whole.mean).slice(6, 8));
  });

  test('saves and loads with its statistics', async () => {
    const again = await VAE.load(join(folder, 'run'));
    expect(again.config).toEqual(vae.config);
    expect(again.config.encoder[4]).toMatchObject({
      type: 'residual',
      layers: [{ type: 'groupNorm', groups: 2 }, { type: 'conv2d' }, { type: 'dropout' }],
    });
    const [before, after] = [vae.parameters(), again.parameters()];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const name in before) expect(values(after[name]!)).toEqual(values(before[name]!));
    expect(values((await again.encode(floats)).mean)).toEqual(
      values((await vae.encode(floats)).mean),
    );
  });

  test('gives the same in the plain runtime', async () => {
    const open = (name: string) => InferenceSession.create(join(folder, 'run', name));
    const [encoder, decoder] = await Promise.all([open('encoder.onnx'), open('decoder.onnx')]);
    const { mean, log_variance } = await encoder.run({ image: floats });
    const posterior = await vae.encode(floats);
    expectClose(values(mean!), values(posterior.mean));
    expectClose(values(log_variance!), values(posterior.logVariance));
    const z = new Float32Array(40);
    fillNormal(randomStream(0, 'z'), z);
    const latents = new Tensor('float32', z, [20, 2]);
    const { image } = await decoder.run({ z: latents });
    expectClose(values(image!), values(await vae.decode(latents)));
    await Promise.all([encoder.release(), decoder.release()]);
  });

  test.each([
    { stepsPerCall: 1, threads: 1 },
    { stepsPerCall: 3, threads: 2 },
    { stepsPerCall: 100, threads: 2 },
  ])('trains to the same bits with %j', async (options) => {
    const other = normalizedVAE();
    await other.fit(data, { ...training, ...options });
    const [expected, actual] = [vae.parameters(), other.parameters()];
    for (const name in expected) {
      expect(values(actual[name]!), name).toEqual(values(expected[name]!));
    }
  });

  test('has a summary with a row for each layer', () => {
    const { rows } = vae.layers();
    expect(rows.find(({ name }) => name === 'encoder.1')).toMatchObject({
      type: 'batchNorm',
      outputShape: [4, 4, 4],
      parameters: 16,
    });
    expect(rows.find(({ name }) => name === 'encoder.4')).toMatchObject({
      type: 'residual',
      parameters: 8 + 4 * 4 * 9 + 4,
    });
    expect(rows.filter(({ name }) => name.startsWith('encoder'))).toHaveLength(9);
  });
});

describe('a batch too small for batchNorm', () => {
  const model = (encoder: Layer[]) => smallVAE({ encoder });
  const started = { onStart: () => expect.unreachable() };

  test.each([
    [50, 1, 'batchSize is 1'],
    [49, 16, 'the last of 49 examples in batches of 16 has 1'],
  ])('is refused before training: %i examples by %i', async (count, batchSize, found) => {
    const fitted = model([dense(4), batchNorm()]).fit(corners(count), {
      batchSize,
      callbacks: [started],
    });
    await expect(fitted).rejects.toThrow(
      `encoder.1 (batchNorm) needs at least 2 examples in each training batch, but ${found}. Use another batchSize.`,
    );
  });

  test('is one image where each channel has several pixels', async () => {
    const history = await model([conv2d(2), batchNorm()]).fit(corners(3), {
      epochs: 1,
      batchSize: 1,
    });
    expect(history.epochs).toHaveLength(1);
  });
});

describe('layers that do not fit', () => {
  test.each<[Layer[], string]>([
    [
      [residual(dense(4), activation('relu'))],
      'encoder.0 (residual) does not fit its input [batch, 1, 4, 4]: its last layer, encoder.0.1 (relu), gives [batch, 4].',
    ],
    [
      [dense(4), residual(dense(4), conv2d(2))],
      'encoder.1.1 (conv2d) does not fit its input [batch, 4]: ',
    ],
    [
      [conv2d(3), groupNorm(2)],
      'encoder.1 (groupNorm) does not fit its input [batch, 3, 2, 2]: 3 ',
    ],
    [[dense(4), globalAveragePool()], 'encoder.1 (globalAveragePool) does not fit its input'],
    [[dense(4), upsample(2)], 'encoder.1 (upsample) does not fit its input [batch, 4]: '],
    [[maxPool2d(5)], 'encoder.0 (maxPool2d) does not fit its input [batch, 1, 4, 4]: '],
    [[averagePool2d(2, { padding: 2 })], 'must be less than the window [2, 2].'],
  ])('%#', (encoder, message) => {
    const error = (() => {
      try {
        return smallVAE({ encoder });
      } catch (reason) {
        return reason;
      }
    })() as Error;
    expect(error).toMatchObject({ name: 'UserError' });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  test('a wrong option inside of a residual, by its path', async () => {
    const { layerFromConfig } = await import('../../src/nn/index.js');
    const config = { type: 'residual', layers: [{ type: 'dense', unit: 3 }] };
    expect(() => layerFromConfig(config, 'model.encoder[0]')).toThrow(
      "model.encoder[0].layers[0]: unknown key 'unit'. Did you mean 'units'?",
    );
    expect(() => layerFromConfig({ type: 'residual', layers: [3] }, 'model.encoder[0]')).toThrow(
      /^model\.encoder\[0\]\.layers\[0\]: /,
    );
  });
});

test('a dead unit inside of a residual is found', async () => {
  const model = smallVAE({
    encoder: [dense(4), residual(dense(3, { activation: 'relu' }), dense(4))],
  });
  model.setParameters({
    'encoder.1.0.bias': new Tensor('float32', Float32Array.of(50, -50, 50), [3]),
  });
  const { deadUnits } = await model.health(data);
  expect(deadUnits).toMatchObject([{ layer: 'encoder.1.0', units: [1] }]);
});

test('a custom layer inside of a residual loads when it is given again', async () => {
  const twice = layer('twice', (x) => graph.mul(x, 2));
  const build = () => smallVAE({ encoder: [dense(4), residual(twice)] });
  const path = join(folder, 'custom');
  await build().save(path);
  const again = await VAE.load(path, { layers: { twice } });
  expect(values((await again.encode(floats)).mean)).toEqual(
    values((await build().encode(floats)).mean),
  );
  await expect(VAE.load(path)).rejects.toThrow(
    "model.encoder[1].layers[0]: the model has the layer 'twice' of its own",
  );
});
