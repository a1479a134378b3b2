import { Tensor } from 'onnxruntime-common';
import { afterAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import {
  betaVae,
  conditional,
  conv2d,
  dense,
  flatten,
  latentSpace,
  layer,
  reshape,
  UserError,
  vqVae,
} from '../../src/index.js';
import { CompiledFunction, KeptFunctions } from '../../src/step/index.js';
import type { VAE } from '../../src/vae/vae.js';
import { corners, smallShape, smallVAE } from './small.js';

const models = {
  vae: smallVAE(),
  conditional: smallVAE({ objective: conditional({ classes: 4 }) }),
  vqVae: smallVAE({
    objective: vqVae({ codes: 4 }),
    encoder: [conv2d(2, { kernel: 2, stride: 2 })],
    decoder: [flatten(), dense(16), reshape(smallShape)],
  }),
  mse: smallVAE({ likelihood: 'mse' }),
};

afterAll(async () => {
  for (const model of Object.values(models)) await model.release();
});

const none = (type: 'uint8' | 'float32', shape: readonly number[] = smallShape) =>
  type === 'uint8'
    ? new Tensor('uint8', new Uint8Array(0), [0, ...shape])
    : new Tensor('float32', new Float32Array(0), [0, ...shape]);

const labelled = (model: VAE) => (model.classes === undefined ? {} : { labels: [] });

describe.each(Object.entries(models))('no images give no rows: %s', (_, model) => {
  test.each(['uint8', 'float32'] as const)('%s', async (type) => {
    const options = labelled(model);
    const { mean, logVariance, codes } = await model.encode(none(type), options);
    const one = await model.encode(corners(1).images, model.classes ? { labels: [0] } : {});
    expect(mean.dims).toEqual([0, ...one.mean.dims.slice(1)]);
    expect(logVariance.dims).toEqual(mean.dims);
    expect(codes?.dims).toEqual(one.codes && [0, ...one.codes.dims.slice(1)]);
    expect(codes?.type).toBe(one.codes?.type);
    const images = [0, ...smallShape];
    expect((await model.reconstruct(none(type), options)).dims).toEqual(images);
    expect((await model.decode(mean, options)).dims).toEqual(images);
    if (model.hasBound) {
      expect((await model.elbo(none(type), options)).dims).toEqual([0]);
    }
  });
});

test('means over no images are refused', async () => {
  const epsilon = none('float32', [2]);
  await expect(models.vae.valueAndGradients(none('uint8'), { epsilon })).rejects.toThrow(
    'There is no mean over no images. Give one or more.',
  );
  const empty: Dataset = { name: 'none', size: 0, shape: smallShape, dtype: 'uint8', read() {} };
  for (const use of ['evaluate', 'health', 'logLikelihood'] as const) {
    await expect(models.vae[use](empty)).rejects.toThrow('none holds no examples.');
  }
  await expect(smallVAE().fit(empty)).rejects.toThrow(UserError);
});

describe('wrong inputs never reach the runtime', () => {
  const float = (...dims: number[]) =>
    new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  const images = corners(3).images;
  const other: Dataset = { ...corners(4), name: 'tiny', shape: [1, 3, 3] };
  const { vae, conditional: labelledModel } = models;
  const good = { epsilon: float(3, 2) };

  test.each<[string, () => unknown, string | RegExp]>([
    [
      'images of another shape',
      () => vae.encode(float(3, 1, 4, 5)),
      'Images of float32 [3, 1, 4, 5] do not fit the model, which takes uint8 or float32 [N, 1, 4, 4].',
    ],
    ['one image', () => vae.encode(float(1, 4, 4)), 'Images of float32 [1, 4, 4] do not fit'],
    ['a scalar', () => vae.reconstruct(float()), 'Images of float32 [] do not fit'],
    ['flat images', () => vae.elbo(float(3, 16)), 'Images of float32 [3, 16] do not fit'],
    ['nothing', () => vae.encode(undefined as never), 'Images of no tensor do not fit'],
    ['an array', () => vae.encode([1, 2] as never), 'Images of no tensor do not fit'],
    [
      'whole numbers',
      () => vae.encode(new Tensor('int32', new Int32Array(16), [1, 1, 4, 4])),
      'Images must be uint8, or float32 with images in [0, 1], not int32.',
    ],
    ['latents of another width', () => vae.decode(float(3, 3)), 'Latents of float32 [3, 3] do not'],
    ['one latent', () => vae.decode(float(2)), 'Latents of float32 [2] do not fit'],
    ['no latents', () => vae.decode(undefined as never), 'Latents of no tensor do not fit'],
    [
      'latents as float64',
      () => vae.decode(new Tensor('float64', new Float64Array(2), [1, 2])),
      'Latents of float64 [1, 2] do not fit',
    ],
    [
      'too few labels',
      () => labelledModel.encode(images, { labels: [1] }),
      '3 examples but 1 labels.',
    ],
    [
      'labels as int64',
      () => labelledModel.encode(images, { labels: BigInt64Array.of(1n, 0n, 1n) as never }),
      'labels: label 1 of example 0 is no number.',
    ],
    [
      'labels of another class',
      () => labelledModel.sample(2, { label: 4 }),
      'label 4 of example 0',
    ],
    [
      'noise of another shape',
      () => vae.valueAndGradients(images, { epsilon: float(2, 2) }),
      'epsilon is float32 [2, 2], but 3 images need float32 [3, 2].',
    ],
    [
      'noise as float64',
      () =>
        vae.valueAndGradients(images, {
          epsilon: new Tensor('float64', new Float64Array(6), [3, 2]),
        }),
      'epsilon is float64 [3, 2], but 3 images need float32 [3, 2].',
    ],
    ['no noise', () => vae.valueAndGradients(images, {}), 'epsilon is missing'],
    [
      'a step that is none',
      () => vae.valueAndGradients(images, { ...good, step: 0.5 }),
      'step must be a whole number from 1, not 0.5.',
    ],
    [
      'a size that is none',
      () => vae.valueAndGradients(images, { ...good, datasetSize: Number.NaN }),
      'datasetSize must be a whole number from 1, not NaN.',
    ],
    ['a fraction of samples', () => vae.sample(1.5), 'sample takes a whole number'],
    ['a seed under 0', () => vae.sample(1, { seed: -1 }), /seed/],
    [
      'other data',
      () => vae.evaluate(other),
      "tiny has examples of shape [1, 3, 3], but the model's",
    ],
    ['other data', () => vae.health(other), 'tiny has examples of shape [1, 3, 3]'],
    ['other data', () => vae.logLikelihood(other), 'tiny has examples of shape [1, 3, 3]'],
    ['other data', () => vae.fit(other), 'tiny has examples of shape [1, 3, 3]'],
    [
      'a parameter that is none',
      async () => vae.setParameters({ 'mean.bias': [0, 0] as never }),
      'mean.bias is no tensor.',
    ],
    [
      'a parameter of another type',
      async () =>
        vae.setParameters({ 'mean.bias': new Tensor('float64', new Float64Array(2), [2]) }),
      'mean.bias is float64 [2], but the model needs float32 [2].',
    ],
  ])('%s', async (_, use, message) => {
    const error = await Promise.resolve()
      .then(use)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(UserError);
    const { message: told } = error as UserError;
    if (typeof message === 'string') expect(told).toContain(message);
    else expect(told).toMatch(message);
  });

  const plane = latentSpace.axesPlane(3);

  test.each<[string, () => unknown, string]>([
    ['a point', () => latentSpace.placeOn(plane, [1, 2]), 'of 3 latents, but the point has 2.'],
    ['a point', () => latentSpace.planeThrough(plane, [1]), 'of 3 latents, but the point has 1.'],
    ['points', () => latentSpace.placesOn(plane, float(4, 2)), 'but each point has 2.'],
    ['points', () => latentSpace.placesOn(plane, float(4)), 'not float32 [4].'],
    ['places', () => latentSpace.latentsAt(plane, [1, 2, 3]), 'pairs of x and y, not 3 numbers.'],
    [
      'a mean',
      () => latentSpace.posteriorEllipse(plane, [1, 2], [1, 2]),
      'of 3 latents, but the mean has 2.',
    ],
    [
      'a log-variance',
      () => latentSpace.posteriorEllipse(plane, [1, 2, 3], [1, 2]),
      'of 3 latents, but the log-variance has 2.',
    ],
  ])('%s that a plane is not of', (_, use, message) => {
    expect(use).toThrow(UserError);
    expect(use).toThrow(message);
  });
});

test('a function that could not be compiled is tried anew', async () => {
  let isBroken = false;
  const moody = layer('moody', (x) => {
    if (isBroken) throw new UserError('not today');
    return x;
  });
  const model = smallVAE({ encoder: [moody] });
  isBroken = true;
  await expect(model.encode(corners(1).images)).rejects.toThrow('not today');
  await model.release();
  await expect(model.encode(corners(1).images)).rejects.toThrow('not today');
  isBroken = false;
  expect((await model.encode(corners(1).images)).mean.dims).toEqual([1, 2]);
  await model.release();
});

test('one session serves all steps and sizes of the data', async () => {
  const beta = (step: number) => Math.min(1, (step - 1) / 4);
  const schedule = { type: 'linear', from: 0, to: 1, steps: 4 } as const;
  const model = smallVAE({ objective: betaVae({ beta: schedule }) });
  const { images } = corners(3);
  const epsilon = new Tensor('float32', Float32Array.from([0.1, -0.4, 1, 0.3, -2, 0.7]), [3, 2]);
  for (const step of [1, 2, 3, 8]) {
    const options = { epsilon, step, datasetSize: 10 * step };
    const { loss, reconstruction, kl } = await model.valueAndGradients(images, options);
    expect(loss).toBeCloseTo(reconstruction + beta(step) * kl, 4);
  }
  expect((model as unknown as { engine: { functions: KeptFunctions } }).engine.functions.size).toBe(
    1,
  );
  await model.release();
});

describe('functions that are kept', () => {
  const double = () => CompiledFunction.compile({ x: { shape: [1] } }, ({ x }) => ({ y: x! }));
  const input = { x: new Tensor('float32', Float32Array.of(3), [1, 1]) };
  const call = async (compiled: CompiledFunction) =>
    (await compiled.map({}, input, 4)).y!.data[0] as number;

  test('are the latest few', async () => {
    const kept = new KeptFunctions(2);
    let compiled = 0;
    const use = (name: string) =>
      kept.use(
        name,
        () => {
          compiled++;
          return double();
        },
        call,
      );
    for (const name of ['a', 'b', 'a', 'c', 'a']) expect(await use(name)).toBe(3);
    expect([kept.size, compiled]).toEqual([2, 3]);
    await use('b');
    expect([kept.size, compiled]).toEqual([2, 4]);
    await kept.release();
    expect(kept.size).toBe(0);
    expect(await use('a')).toBe(3);
    await kept.release();
  });

  test('serve the calls under way to their end', async () => {
    const kept = new KeptFunctions(1);
    const names = Array.from({ length: 12 }, (_, i) => `f${i % 4}`);
    const calls = names.map((name) => kept.use(name, double, call));
    const released = kept.release();
    expect(await Promise.all(calls)).toEqual(names.map(() => 3));
    await released;
    expect(kept.size).toBeLessThanOrEqual(1);
    await kept.release();
  });
});
