import { Tensor } from 'onnxruntime-common';
import { afterAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../../../src/data/dataset.js';
import { conditional, conv2d, dense, flatten, reshape, vqVae } from '../../../src/index.js';
import { corners, smallShape, smallVAE } from '../small.js';

/** A number over the examples read at a time, and no whole number of calls. */
const count = 9000;
const data = corners(count);

const models = {
  gaussian: smallVAE(),
  labelled: smallVAE({ objective: conditional({ classes: 4 }) }),
  codes: smallVAE({
    objective: vqVae({ codes: 4 }),
    encoder: [conv2d(2, { kernel: 2, stride: 2 })],
    decoder: [flatten(), dense(16), reshape(smallShape)],
  }),
};

afterAll(async () => {
  for (const model of Object.values(models)) await model.release();
});

/** Examples around the place where one piece ends. */
const [start, end] = [8100, 8300];
const few = new Tensor('uint8', (data.images.data as Uint8Array).subarray(start * 16, end * 16), [
  end - start,
  ...smallShape,
]);

/** Expects rows of results of all examples to be those of the few, but for the last bits. */
function expectRows(all: Tensor, own: Tensor): void {
  expect(all.dims).toEqual([count, ...own.dims.slice(1)]);
  expect(all.type).toBe(own.type);
  const width = own.size / (end - start);
  const rows = Array.from(all.data as Float32Array, Number).slice(start * width, end * width);
  const expected = Array.from(own.data as Float32Array, Number);
  expect(expected.some((value) => value !== 0)).toBe(true);
  expect(rows.every((value, i) => Math.abs(value - expected[i]!) <= 1e-6)).toBe(true);
}

describe.each(Object.entries(models))('a model with latents: %s', (name, vae) => {
  const labels = name === 'labelled' ? Array.from(data.labels!).slice(start, end) : undefined;

  test('encodes many examples as it does a few of them', async () => {
    const all = await vae.encode(data);
    const own = await vae.encode(few, { labels });
    expectRows(all.mean, own.mean);
    if (own.codes) expectRows(all.codes!, own.codes);
  });

  test('reconstructs them so, also to smaller images', async () => {
    expectRows(await vae.reconstruct(data), await vae.reconstruct(few, { labels }));
    const smaller = { shrink: 2 };
    expectRows(
      await vae.reconstruct(data, smaller),
      await vae.reconstruct(few, { labels, shrink: 2 }),
    );
  });
});

test('noise does not depend on how many examples are read at a time', async () => {
  const { gaussian } = models;
  const whole = await gaussian.elbo(data.images, { seed: 3 });
  const read = await gaussian.elbo(data, { seed: 3 });
  expect(read.dims).toEqual([count]);
  expect(read.data).toEqual(whole.data);
});

test('the error of a read that fails is told', async () => {
  const broken: Dataset = {
    ...{ name: 'broken', size: count, shape: smallShape, dtype: 'uint8' },
    async read(indices) {
      if (indices[0]! > 0) throw new Error('no such example');
    },
  };
  await expect(models.gaussian.encode(broken)).rejects.toThrow('no such example');
});
