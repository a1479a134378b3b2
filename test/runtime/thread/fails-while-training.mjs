// A program that fails while a model trains.
import { adam, conv2d, convTranspose2d, dense, flatten, fromArray, reshape, VAE } from 'vaekit';

const shape = [1, 28, 28];
const large = { kernel: 3, stride: 2, padding: 'same', activation: 'relu' };
const models = {
  dense: { encoder: [flatten(), dense(2000)], decoder: [dense(784), reshape(shape)] },
  // Computed in parts, by several threads.
  convolutional: {
    encoder: [conv2d(32, large), conv2d(64, large), flatten()],
    decoder: [
      dense(3136),
      reshape([64, 7, 7]),
      convTranspose2d(32, large),
      convTranspose2d(1, large),
    ],
  },
};
const vae = new VAE({
  ...models[process.argv[2]],
  input: shape,
  latent: 2,
  likelihood: 'gaussian',
  seed: 1,
});
const fail = () => {
  throw new Error('An error elsewhere');
};
const onEpochEnd = ({ epoch }) => {
  if (epoch === 1) setTimeout(fail, 50);
};
await vae.fit(fromArray(new Float32Array(512 * 784), shape), {
  epochs: 1000,
  batchSize: 128,
  optimizer: adam(),
  callbacks: [{ onEpochEnd }],
});
