import { Tensor } from 'onnxruntime-common';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromArray } from '../../../src/data/dataset.js';
import {
  activation,
  adam,
  type ConditionalOptions,
  conditional,
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  layer,
  maxPool2d,
  type VAE,
  vqVae,
} from '../../../src/index.js';
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

/** The quarter that corners() draws for each label. */
const quarterOf: number[] = [];
for (let label = 0; label < 4; label++) {
  const pixels = Float32Array.from(
    (data.images.data as Uint8Array).subarray(label * 16, (label + 1) * 16),
  );
  quarterOf[label] = brightest(new Tensor('float32', pixels, [1, 1, 4, 4]), 0);
}

describe('labels decide the images drawn', () => {
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

describe('the encoder sees labels', () => {
  const relu = { activation: 'relu' } as const;
  const halve = { stride: 2, padding: 'same' } as const;
  const codebook = { objective: vqVae({ codes: 4 }) };
  /** The shape of the first weights; an image is [1, 4, 4]. */
  const first = (encoder: readonly Layer[], options: Partial<ConditionalOptions> = {}) => {
    const each = smallVAE({ encoder, objective: conditional({ classes: 4, ...options }) });
    return Object.values(each.parameters())[0]!.dims;
  };

  test.each([
    ['a dense layer', [dense(5, relu)], {}, [5, 16 + 4]],
    ['flatten', [flatten(), dense(5)], {}, [5, 16 + 4]],
    ['dropout and an activation', [dropout(0.1), activation('tanh'), dense(5)], {}, [5, 16 + 4]],
    ['the heads', [], {}, [2, 16 + 4]],
    ['a codebook', [dense(2)], codebook, [2, 16 + 4]],
  ] as const)('as a vector before %s', (_, encoder, options, shape) => {
    expect(first(encoder, options)).toEqual(shape);
  });

  test.each([
    ['a convolution', [conv2d(3, halve), dense(5)], {}, [3, 1 + 4, 3, 3]],
    ['pooling', [maxPool2d(2), dense(5)], {}, [5, 4 * (1 + 4)]],
    ['a custom layer', [layer('own', (x) => x), dense(5)], {}, [5, 16 * (1 + 4)]],
    ['positions of a codebook', [conv2d(2, halve)], codebook, [2, 1 + 4, 3, 3]],
    ['whatever they are asked to be before', [dense(5)], { encoderLabels: 'channels' }, [5, 80]],
  ] as const)('as channels before %s', (_, encoder, options, shape) => {
    expect(first(encoder, options)).toEqual(shape);
  });

  test('a vector before a convolution is refused in one clear line', () => {
    expect(() => first([conv2d(3, halve)], { encoderLabels: 'vector' })).toThrow(
      /^encoder\.0 \(conv2d\) does not fit its input \[batch, 20\]: /,
    );
  });

  test('both ways are one function, where channels have the weights of the vector among them', async () => {
    const objective = (encoderLabels: 'vector' | 'channels') =>
      conditional({ classes: 4, encoderLabels });
    const [vector, channels] = [
      smallVAE({ objective: objective('vector') }),
      smallVAE({ objective: objective('channels') }),
    ];
    const parameters = channels.parameters();
    const { dims, data: weights } = parameters['encoder.0.weight']!;
    const [units] = dims as [number];
    // A class's plane is 1 everywhere or 0 everywhere: its weights count by their sum.
    const summed = new Float32Array(units * 20);
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < 80; i++) {
        const place = i < 16 ? i : 16 + Math.floor((i - 16) / 16);
        summed[unit * 20 + place]! += weights[unit * 80 + i] as number;
      }
    }
    vector.setParameters({
      ...parameters,
      'encoder.0.weight': new Tensor('float32', summed, [units, 20]),
    });
    const labels = Array.from(data.labels!);
    const epsilon = new Tensor('float32', new Float32Array(2 * 256).fill(0.5), [256, 2]);
    const [a, b] = [
      await vector.valueAndGradients(data.images, { labels, epsilon }),
      await channels.valueAndGradients(data.images, { labels, epsilon }),
    ];
    expect(a.loss).toBeCloseTo(b.loss, 4);
    expect(a.kl).toBeCloseTo(b.kl, 4);
    const [one, all] = [a, b].map(
      ({ gradients }) => gradients['encoder.0.weight']!.data as Float32Array,
    );
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < 80; i++) {
        const place = i < 16 ? i : 16 + Math.floor((i - 16) / 16);
        expect(one![unit * 20 + place]).toBeCloseTo(all![unit * 80 + i]!, 4);
      }
    }
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
