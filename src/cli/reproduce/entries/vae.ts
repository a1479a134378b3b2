import type { Entry } from '../entry.js';
import {
  dense,
  digits,
  elbo,
  fixedDifferences,
  fixedTraining,
  nats,
  pythae,
  startedAsInTorch,
  testNats,
  torchOptimizers,
} from './parts.js';

export const vae400: Entry = {
  name: 'vae',
  paper: 'VAE by pythae (Rezende and Mohamed 2015: 89.9)',
  url: `${pythae}/vae.py`,
  setting: '784-400-40, ReLU, Adam 1e-4 with falls, batches of 100, 500 epochs, 200 samples',
  differences: fixedDifferences,
  binarization: 'fixed',
  minutes: 20,
  epochs: 500,
  data: 'mnist',
  models: {
    vae: (length) => ({
      model: startedAsInTorch({
        latent: 40,
        encoder: [dense(400, 'relu')],
        decoder: [dense(400, 'relu'), ...digits],
        objective: elbo,
      }),
      training: fixedTraining(length, torchOptimizers.adam, 1e-4, [200, 350]),
    }),
  },
  seeds: [123],
  figures: [{ name: nats, unit: 'nats', expected: 89.78, tolerance: 0.5 }],
  measure: testNats(200),
};
