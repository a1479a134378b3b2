import { afterAll, expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../../src/base/random.js';
import { fromArray } from '../../../src/data/dataset.js';
import { autoencoder, conv2d, dense, reshape, VAE, type VAEOptions } from '../../../src/index.js';
import { compileEvaluation, Layout } from '../../../src/step/index.js';
import { BuiltModel } from '../../../src/vae/model/built.js';

const shape = [1, 16, 16];
const options: VAEOptions = {
  input: shape,
  latent: 2,
  encoder: [1, 2].map(() => conv2d(32, { padding: 'same', activation: 'relu' })),
  decoder: [dense(256), reshape(shape)],
  objective: autoencoder(),
  seed: 1,
};
const vae = new VAE(options);
afterAll(() => vae.release());

/** A number enough for an evaluation in lanes, and no whole number of batches; a half of it is not. */
const count = 9001;
const values = new Float32Array(count * 256);
fillUniform(randomStream(0, 'images'), values);
const part = (from: number, to: number) => fromArray(values.subarray(from * 256, to * 256), shape);

test('a long evaluation gives the mean of those of its parts', async () => {
  const half = 4500;
  const whole = await vae.evaluate(part(0, count));
  const [first, last] = [await vae.evaluate(part(0, half)), await vae.evaluate(part(half, count))];
  const mean = (half * first.loss + (count - half) * last.loss) / count;
  expect(first.loss).not.toBe(last.loss);
  expect(Math.abs(whole.loss - mean)).toBeLessThan(1e-6 * mean);
  expect(await vae.evaluate(part(0, count))).toEqual(whole);
});

test.each([
  ['long', 1_000_000, true],
  ['short', 10, false],
])('a %s one has threads of its own: %s examples, %s', async (_, examples, isBeside) => {
  const model = new BuiltModel(options);
  const { session } = await compileEvaluation(
    model.forTraining(),
    new Layout(model.specs),
    'float32',
    {
      examples,
    },
  );
  expect(session.sharesMemory).toBe(isBeside);
  await session.release();
});
