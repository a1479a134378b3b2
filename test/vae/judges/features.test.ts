import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { datasets, dense, judges, reshape, Tensor, VAE } from '../../../src/index.js';
import { readFixture } from '../../fixtures.js';

const { pictures, features: expected } = (await readFixture('features.safetensors')) as Record<
  'pictures' | 'features',
  Tensor
>;
const file = new URL('../../fixtures/features.onnx', import.meta.url);
const model = await judges.onnxFeatures(await readFile(file), {
  name: 'features.onnx',
  range: [-1, 1],
});
const input = { shape: [1, 9, 14], kind: 'image', range: [0, 1], scaling: 'none' } as const;

afterAll(() => model.release());

test('features of grey pictures of another size are as by PyTorch', async () => {
  const found = await model.featuresOf(pictures, input);
  expect(found.dims).toEqual([20, 5]);
  (found.data as Float32Array).forEach((value, i) => {
    expect(value).toBeCloseTo((expected.data as Float32Array)[i]!, 5);
  });
  expect(model.describe!(input)).toBe(
    'features.onnx: grey repeated in 3 channels; 9 × 14 resized to 16 × 12, bilinear; values from 0 to 1 as -1 to 1',
  );
});

test("colours stay apart, and values of another range are brought to the model's", async () => {
  const values = Float32Array.from({ length: 2 * 3 * 16 * 12 }, (_, i) => Math.sin(i));
  const colour = { ...input, shape: [3, 16, 12], range: [-1, 1] } as const;
  const own = await model.featuresOf(new Tensor('float32', values, [2, 3, 16, 12]), colour);
  const halved = values.map((value) => (value + 1) / 2);
  const unit = await model.featuresOf(new Tensor('float32', halved, [2, 3, 16, 12]), {
    ...colour,
    range: [0, 1],
  });
  (own.data as Float32Array).forEach((value, i) => {
    expect((unit.data as Float32Array)[i]).toBeCloseTo(value, 4);
  });
  const turned = Float32Array.from(values, (_, i) => values[(i + 192) % values.length]!);
  const other = await model.featuresOf(new Tensor('float32', turned, [2, 3, 16, 12]), colour);
  expect(Math.abs((other.data[0] as number) - (own.data[0] as number))).toBeGreaterThan(0.01);
});

test('a judgement by a model of features is named by it, and tells how pictures were changed', async () => {
  const data = datasets.fromArray(pictures.data as Float32Array, [1, 9, 14]);
  const vae = new VAE({
    input: [1, 9, 14],
    latent: 2,
    encoder: [dense(4)],
    decoder: [dense(126), reshape([1, 9, 14])],
  });
  const metrics = ['frechet', 'precision'];
  const found = await judges.judge(vae, data, { metrics, features: model });
  expect(Object.keys(found.figures)).toEqual(['frechet/features.onnx', 'precision/features.onnx']);
  expect(found.features).toBe(model.describe!(input));
  const made = await model.featuresOf(await vae.sample(20), input);
  expect(found.figures['frechet/features.onnx']!.value).toBeCloseTo(
    await judges.frechetDistance(expected, made),
    4,
  );
  await vae.release();
});

test('models and examples that do not fit are refused', async () => {
  const vae = new VAE({ input: [4], latent: 2, encoder: [dense(4)], decoder: [dense(4)] });
  const encoder = vae.exportEncoder();
  await expect(judges.onnxFeatures(encoder, { name: 'encoder.onnx' })).rejects.toThrow(
    /encoder.onnx: its input must be float32 or uint8 pictures .*, not \w+: float32 \[\w+, 4\]/,
  );
  const damaged = encoder.slice(0, 40);
  await expect(judges.onnxFeatures(damaged, { name: 'cut.onnx' })).rejects.toThrow(
    'cut.onnx is no model that ONNX Runtime can load',
  );
  expect(() => model.describe!({ ...input, shape: [2, 9, 14] })).toThrow(
    'takes pictures of 3 channels, and these have 2',
  );
  expect(() => model.describe!({ shape: [4], kind: 'vector', scaling: 'none' })).toThrow(
    'of the kind vector',
  );
});
