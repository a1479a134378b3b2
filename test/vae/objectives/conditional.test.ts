import { Tensor } from 'onnxruntime-common';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromArray } from '../../../src/data/dataset.js';
import { adam, conditional, dense, type VAE, vqVae } from '../../../src/index.js';
import { corners, smallShape, smallVAE } from '../small.js';

const data = corners(256);
const unlabelled = fromArray(data.images.data as Uint8Array, smallShape, { name: 'plain' });
let model: VAE;

beforeAll(async () => {
  model = smallVAE({ objective: conditional({ classes: 4 }) });
  await model.fit(data, { epochs: 30, optimizer: adam({ learningRate: 0.02 }) });
});

/** The quarter of an image that is brightest: its class. */
const brightest = (images: Tensor, i: number) => {
  const pixels = (images.data as Float32Array).subarray(i * 16, (i + 1) * 16);
  const sums = [0, 0, 0, 0];
  pixels.forEach((value, pixel) => {
    const [row, column] = [pixel >> 2, pixel & 3];
    sums[(row < 2 ? 0 : 2) + (column < 2 ? 0 : 1)]! += value;
  });
  return sums.indexOf(Math.max(...sums));
};

/** What corners() draws for each label. */
const quarterOf: number[] = [];
for (let label = 0; label < 4; label++) {
  const pixels = Float32Array.from(
    (data.images.data as Uint8Array).subarray(label * 16, (label + 1) * 16),
  );
  quarterOf[label] = brightest(new Tensor('float32', pixels, [1, 1, 4, 4]), 0);
}

describe('labels decide what is drawn', () => {
  test.each([1, 2, 3])('label %i', async (label) => {
    const images = await model.sample(6, { label });
    for (let i = 0; i < 6; i++) expect(brightest(images, i)).toBe(quarterOf[label]);
  });

  test('each class in turn without one', async () => {
    const images = await model.sample(8);
    const drawn = Array.from({ length: 8 }, (_, i) => brightest(images, i));
    expect(drawn.slice(1, 4)).toEqual(quarterOf.slice(1));
    expect(drawn.slice(5)).toEqual(quarterOf.slice(1));
  });

  test('latents say less about the image than without labels', async () => {
    const plain = smallVAE();
    await plain.fit(data, { epochs: 30, optimizer: adam({ learningRate: 0.02 }) });
    const [seen, unseen] = [await model.evaluate(data), await plain.evaluate(data)];
    expect(seen.loss).toBeLessThan(unseen.loss! - 1);
  });

  test('reconstruct and decode take them', async () => {
    const labels = Array.from(data.labels!);
    const { mean } = await model.encode(data.images, { labels });
    const decoded = await model.decode(mean, { labels });
    const again = await model.reconstruct(data.images, { labels });
    (decoded.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo((again.data as Float32Array)[i]!, 5);
    });
  });
});

test('a codebook takes labels as well', async () => {
  const each = smallVAE({
    encoder: [dense(2)],
    objective: conditional({ classes: 4, objective: vqVae({ codes: 4 }) }),
  });
  await each.fit(data, { epochs: 1 });
  expect((await each.sample(3, { label: 2 })).dims).toEqual([3, 1, 4, 4]);
});

describe('in one clear line', () => {
  const needs = "plain has no labels, but the model's objective needs them. Give data with labels.";

  test('data without labels', async () => {
    await expect(model.fit(unlabelled)).rejects.toThrow(needs);
    await expect(model.fit(data, { validation: unlabelled })).rejects.toThrow(needs);
    await expect(model.evaluate(unlabelled)).rejects.toThrow(needs);
    await expect(model.health(unlabelled)).rejects.toThrow(needs);
    await expect(model.logLikelihood(unlabelled)).rejects.toThrow(needs);
  });

  test.each([4, -1, 1.5])('label %f', async (label) => {
    const labels = Array.from(data.labels!).with(7, label);
    const odd = fromArray(data.images.data as Uint8Array, smallShape, { name: 'odd', labels });
    await expect(model.fit(odd)).rejects.toThrow(
      `odd: label ${label} of example 7 is not one of the model's 4 classes, 0 to 3.`,
    );
    await expect(model.sample(2, { label })).rejects.toThrow(/^labels: label .* 4 classes/);
  });

  test('images or latents without labels, or with too few', async () => {
    const message = 'The model needs the label of each example, 0 to 3. Give { labels }.';
    await expect(model.encode(data.images)).rejects.toThrow(message);
    await expect(model.reconstruct(data.images)).rejects.toThrow(message);
    await expect(model.decode(new Tensor('float32', new Float32Array(2), [1, 2]))).rejects.toThrow(
      message,
    );
    await expect(model.encode(data.images, { labels: [0, 1] })).rejects.toThrow(
      '256 examples but 2 labels. Give one label an example.',
    );
  });

  test('labels for a model that sees none', async () => {
    await expect(smallVAE().sample(2, { label: 1 })).rejects.toThrow(
      'The model sees no labels. Leave labels out, or train with the objective conditional.',
    );
  });
});
