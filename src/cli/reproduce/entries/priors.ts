import type { Entry } from '../entry.js';
import {
  dense,
  digits,
  fixedDifferences,
  fixedTraining,
  nats,
  pythae,
  startedAsInTorch,
  testNats,
  torchOptimizers,
} from './parts.js';

/** Steps of an epoch of 50,000 images in batches of 100. */
const stepsOfEpoch = 500;

const gated = [1, 2].map(() => ({ type: 'gatedDense', units: 300 }));

export const vampPrior: Entry = {
  name: 'vamp-prior',
  paper: 'VampPrior by pythae (Tomczak and Welling 2018: 85.57)',
  url: `${pythae}/vamp.py`,
  setting:
    '784-300-300-40, gated, 500 pseudo-inputs, RMSprop 1e-4 with falls, 2000 epochs, 5000 samples',
  differences: [...fixedDifferences, 'the log-variance is not held between −6 and 2'],
  binarization: 'fixed',
  minutes: 1500,
  epochs: 2000,
  data: 'mnist',
  models: {
    'vamp-prior': (length) => ({
      model: startedAsInTorch({
        latent: 40,
        encoder: gated,
        decoder: [...gated, ...digits],
        objective: {
          type: 'vampPrior',
          components: 500,
          beta: {
            type: 'linear',
            from: 0,
            to: 1,
            steps: Math.max(1, Math.round(100 * length.share * stepsOfEpoch)),
          },
        },
      }),
      training: fixedTraining(length, torchOptimizers.rmsprop, 1e-4),
    }),
  },
  seeds: [123],
  figures: [{ name: nats, unit: 'nats', expected: 85.79, tolerance: 0.5 }],
  measure: testNats(5000),
};

export const hvae: Entry = {
  name: 'hvae',
  paper: 'HVAE by pythae (Salimans et al. 2015: 86.40)',
  url: `${pythae}/hvae.py`,
  setting:
    '784-300-64, softplus, 4 leapfrog steps, AdaMax 5e-4 with falls, 2000 epochs, 1000 samples',
  differences: [...fixedDifferences, 'the sizes of the leapfrog steps are trained, from 0.05'],
  binarization: 'fixed',
  minutes: 1000,
  epochs: 2000,
  data: 'mnist',
  models: {
    hvae: (length) => ({
      model: startedAsInTorch({
        latent: 64,
        encoder: [dense(300, 'softplus')],
        decoder: [dense(300, 'softplus'), ...digits],
        objective: { type: 'hamiltonian', leapfrogSteps: 4, stepSize: 0.05, tempering: 'none' },
      }),
      training: fixedTraining(length, torchOptimizers.adamax, 5e-4),
    }),
  },
  seeds: [123],
  figures: [{ name: nats, unit: 'nats', expected: 86.21, tolerance: 0.5 }],
  measure: testNats(1000),
};

export const svae: Entry = {
  name: 'svae',
  paper: 'Davidson et al. 2018, table 1: S-VAE on 10 dimensions',
  url: 'https://arxiv.org/abs/1804.00891',
  setting:
    '784-256-128, ReLU, sphere of 11 latents, Adam 1e-3, batches of 64, 500 epochs, 500 samples',
  binarization: 'random',
  minutes: 60,
  epochs: 500,
  data: 'mnist',
  models: {
    svae: ({ epochs }) => ({
      model: {
        latent: 11,
        encoder: [dense(256, 'relu'), dense(128, 'relu')],
        decoder: [dense(128, 'relu'), dense(256, 'relu'), ...digits],
        objective: { type: 'hyperspherical' },
      },
      training: {
        epochs,
        batchSize: 64,
        binarize: 'dynamic',
        optimizer: { type: 'adam', learningRate: 1e-3 },
      },
    }),
  },
  seeds: [123],
  figures: [{ name: nats, unit: 'nats', expected: 93.16, tolerance: 0.6 }],
  measure: testNats(500),
};

export const poincare: Entry = {
  name: 'poincare',
  paper: 'Poincaré VAE by pythae (Mathieu et al. 2019: 101.47)',
  url: `${pythae}/pvae.py`,
  setting:
    '784-600-10, ReLU, 600 gyroplanes, curvature −0.7, Adam 5e-4, batches of 128, 80 epochs, 500 samples',
  differences: [
    'test images are binarized too: pythae takes their grays for probabilities, which gives other figures',
    'each latent has a variance of its own: pythae has one an example',
  ],
  binarization: 'fixed',
  minutes: 20,
  epochs: 80,
  data: 'mnist',
  models: {
    poincare: ({ epochs }) => ({
      model: startedAsInTorch({
        latent: 10,
        encoder: [dense(600, 'relu')],
        decoder: [{ type: 'activation', name: 'relu' }, ...digits],
        objective: { type: 'poincare', curvature: 0.7, decode: 'gyroplanes', planes: 600 },
      }),
      training: {
        epochs,
        batchSize: 128,
        binarize: 'static',
        optimizer: { ...torchOptimizers.adam, learningRate: 5e-4 },
      },
    }),
  },
  seeds: [123],
  figures: [{ name: nats, unit: 'nats', expected: 101.66, tolerance: 0.5 }],
  measure: testNats(500),
};
