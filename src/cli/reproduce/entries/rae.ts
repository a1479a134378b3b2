import { UserError } from '../../../base/errors.js';
import { judge } from '../../../vae/judges/index.js';
import { gaussianMixture } from '../../../vae/samplers/index.js';
import type { Entry } from '../entry.js';
import { dense, only } from './parts.js';

/** Pixels of the authors' images: their loss is a mean over them, the one here a sum. */
const pixels = 32 * 32;
const latent = 16;

const active = [{ type: 'batchNorm' }, { type: 'activation', name: 'relu' }];
const halve = (filters: number, padding: number | 'same' = 'same') => [
  { type: 'conv2d', filters, stride: 2, kernel: 4, padding },
  ...active,
];
const double = (filters: number) => [
  { type: 'convTranspose2d', filters, stride: 2, kernel: 4, padding: 'same' },
  ...active,
];

const fid = 'FID of a mixture of 10 Gaussians';

/** Entry 4 of MNIST in the authors' `configurations/config.py`, with the network of `models/rae/rae_mnist.py`. */
export const raeL2: Entry = {
  name: 'rae-l2',
  paper: "RAE-L2 by pythae (Ghosh et al. 2020: 8.69; their code by pythae's hands: 9.9)",
  url: 'https://arxiv.org/abs/1903.12436',
  setting:
    'convolutions of 128 to 1024 filters, 16 latents, Adam 5e-4 that halves on plateaus, batches of 100, 100 epochs, 10,000 drawn images',
  differences: [
    'images of 28 × 28 pixels: the first convolution adds the zeros of 32 × 32, the last one is of 5 × 5 pixels in the place of 4 × 4',
    "all of the decoder's parameters are held small, where the authors hold the kernels of its convolutions",
  ],
  binarization: 'none',
  minutes: 8000,
  epochs: 100,
  data: 'mnist',
  features: 'Inception (pool3, 2048 numbers)',
  models: {
    'rae-l2': ({ epochs }) => ({
      model: {
        latent,
        encoder: [...halve(128, 3), ...[256, 512, 1024].flatMap((filters) => halve(filters))],
        decoder: [
          dense(8 * 8 * 1024),
          { type: 'reshape', shape: [1024, 8, 8] },
          ...[512, 256].flatMap(double),
          { type: 'conv2d', filters: 1, kernel: 5, activation: 'sigmoid' },
        ],
        likelihood: { type: 'gaussian', variance: 0.5 },
        objective: {
          type: 'rae',
          smoothing: 'l2',
          beta: (2 * 1e-4 * pixels) / latent,
          lambda: 1e-7 * pixels,
        },
      },
      training: {
        epochs,
        batchSize: 100,
        validationSplit: 1 / 6,
        optimizer: {
          type: 'adam',
          learningRate: { type: 'onPlateau', initial: 5e-4, factor: 0.5, patience: 5 },
        },
      },
    }),
  },
  seeds: [123],
  figures: [{ name: fid, unit: '', expected: 9.1, tolerance: 1 }],
  async measure(trained, features) {
    const { vae, train, test } = only(trained);
    if (!test || !features) {
      throw new UserError('There is no test data, or no model of features, to measure by.');
    }
    await vae.fitSampler(gaussianMixture({ components: 10 }), train);
    const { figures } = await judge(vae, test, { metrics: ['frechet'], count: 10_000, features });
    return { [fid]: { value: Object.values(figures)[0]!.value } };
  },
};
