import { expect, test } from 'vitest';
import { readRange } from '../../../src/data/dataset.js';
import { conv2d, dense, reshape, residual, Tensor, VAE } from '../../../src/index.js';
import { corners, smallShape } from '../small.js';

const values = ({ data }: Tensor) => [...(data as Float32Array)];

const vae = new VAE({
  input: smallShape,
  latent: 2,
  encoder: [
    conv2d(3, { padding: 'same', activation: 'relu' }),
    residual(conv2d(3, { padding: 'same' })),
  ],
  decoder: [dense(16, { activation: 'sigmoid' }), reshape(smallShape)],
  likelihood: 'mse',
  seed: 3,
});
const corner = await readRange(corners(5), 0, 5);
const images = new Tensor(
  'float32',
  Float32Array.from(corner.data as Uint8Array, (value) => value / 255),
  corner.dims,
);

test('the outputs of the encoder are of each layer, by its path', async () => {
  const outputs = await vae.encoderOutputs(images);
  expect(Object.keys(outputs).sort()).toEqual([
    'encoder.0',
    'encoder.1',
    'encoder.1.0',
    'logVariance',
    'mean',
  ]);
  const { mean, logVariance } = await vae.encode(images);
  expect(values(outputs.mean!)).toEqual(values(mean));
  expect(values(outputs.logVariance!)).toEqual(values(logVariance));
  const first = outputs['encoder.0']!;
  expect(first.dims).toEqual([5, 3, 4, 4]);
  // A pixel of the second example's first feature map, by hand.
  const { 'encoder.0.weight': weight, 'encoder.0.bias': bias } = vae.parameters();
  const pixel = (y: number, x: number) =>
    y < 0 || x < 0 || y > 3 || x > 3 ? 0 : (images.data[16 + y * 4 + x] as number);
  let sum = values(bias!)[0]!;
  for (let i = 0; i < 9; i++) {
    sum += values(weight!)[i]! * pixel(Math.floor(i / 3), (i % 3) - 1);
  }
  expect(values(first)[48 + 4]).toBeCloseTo(Math.max(0, sum), 5);
  // A residual block adds its input.
  const [block, inner] = [values(outputs['encoder.1']!), values(outputs['encoder.1.0']!)];
  block.forEach((value, i) => {
    expect(value).toBeCloseTo(values(first)[i]! + inner[i]!, 5);
  });
});

test('the outputs of the decoder end in the decoded images', async () => {
  const { mean } = await vae.encode(images);
  const outputs = await vae.decoderOutputs(mean);
  expect(Object.keys(outputs).sort()).toEqual(['decoder.0', 'decoder.1']);
  expect(outputs['decoder.0']!.dims).toEqual([5, 16]);
  expect(values(outputs['decoder.1']!)).toEqual(values(await vae.decode(mean)));
});
