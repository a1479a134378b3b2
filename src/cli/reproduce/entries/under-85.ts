import type { Entry } from '../entry.js';
import { nats, testNats } from './parts.js';

/** A goal of this project, no published figure: −log p(x) of MNIST under 85 nats in 20 minutes on two cores. */
export const under85: Entry = {
  name: 'under-85',
  paper: "This project's goal, after Kingma et al. 2016",
  url: 'https://arxiv.org/abs/1606.04934',
  setting:
    'the preset density: convolutions, 40 latents, 4 autoregressive maps, Adam, batches of 100, 30 epochs, 1000 samples',
  binarization: 'random',
  minutes: 16,
  epochs: 30,
  data: 'mnist',
  models: {
    'under-85': ({ epochs }) => ({ preset: 'density', training: { epochs, binarize: 'dynamic' } }),
  },
  seeds: [1],
  figures: [{ name: nats, unit: 'nats', expected: 85, tolerance: 0, bound: 'most' }],
  measure: testNats(1000),
};
