import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { dense, reshape, VAE } from '../../src/index.js';
import { DenseNetwork } from '../../studio/src/shipped/dense-network.js';

const vae = new VAE({
  input: [1, 4, 4],
  latent: 2,
  encoder: [dense(8, { activation: 'relu' }), dense(5, { activation: 'relu' })],
  decoder: [dense(5, { activation: 'relu' }), dense(16), reshape([1, 4, 4])],
  seed: 3,
});
const { encoder, decoder } = vae.config as unknown as Readonly<
  Record<'encoder' | 'decoder', { readonly type: string }[]>
>;
const random = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + 7 * i ** 2) ** 2);

test('computes the same as the library', async () => {
  const [image, z] = [random(16, 1), random(2, 2)];
  // A black pixel is passed over, which must change nothing.
  image[3] = 0;
  const parameters = vae.parameters();
  const features = DenseNetwork.of('encoder', encoder, parameters).run(image);
  expect(features.map(({ length }) => length)).toEqual([8, 5]);
  const { mean } = await vae.encode(new Tensor('float32', image, [1, 1, 4, 4]));
  const [own] = DenseNetwork.head('mean', parameters).run(features.at(-1)!);
  const close = (value: number) => expect.closeTo(value, 5);
  expect([...own!]).toEqual([...(mean.data as Float32Array)].map(close));
  const logits = DenseNetwork.of('decoder', decoder, parameters).run(z).at(-1)!;
  const made = await vae.decode(new Tensor('float32', z, [1, 2]));
  const probabilities = [...logits].map((logit) => 1 / (1 + Math.exp(-logit)));
  expect(probabilities).toEqual([...(made.data as Float32Array)].map(close));
});

test('refuses layers that the page does not compute', () => {
  expect(() =>
    DenseNetwork.of('decoder', [{ type: 'conv2d', activation: 'relu' }], vae.parameters()),
  ).toThrow('decoder.0: the page cannot compute conv2d (relu).');
});
