import { expect, test } from 'vitest';
import * as objectives from '../../src/vae/objectives/all.js';
import { objectiveOf, toldLoss } from '../../studio/src/views/train/loss/told.js';

const words = (told: ReturnType<typeof toldLoss>) =>
  told?.parts.map(({ entry, weight, share }) => [weight?.value, entry.word, share]);

/** Cases by objective: metrics, its numbers, and the expected terms of the loss. */
const cases = {
  autoencoder: [{ loss: 5, reconstruction: 5 }, {}, []],
  vae: [{ loss: 9, reconstruction: 5, kl: 4 }, {}, [[1, 'KL', 4]]],
  autoencoderKl: [{ loss: 7, reconstruction: 5, kl: 4 }, { beta: 0.5 }, [[0.5, 'KL', 2]]],
  betaVae: [{ loss: 7, reconstruction: 5, kl: 4 }, { beta: 0.5 }, [[0.5, 'KL', 2]]],
  betaTcVae: [
    { loss: 19, reconstruction: 5, kl: 4, information: 1, correlation: 2, dimensionKl: 1 },
    { alpha: 1, beta: 6, gamma: 1 },
    [
      [6, 'Total correlation', 12],
      [1, 'Mutual information', 1],
      [1, 'KL of each latent alone', 1],
    ],
  ],
  capacity: [
    { loss: 25, reconstruction: 5, kl: 4 },
    { gamma: 10 },
    [[10, 'Distance from the capacity', 20]],
  ],
  freeBits: [
    { loss: 10, reconstruction: 5, kl: 4 },
    { lambda: 0.25 },
    [[undefined, 'KL above the free nats', 5]],
  ],
  infoVae: [
    { loss: 7, reconstruction: 5, kl: 2, mmd: 0.1 },
    { alpha: 0.5, lambda: 10.5 },
    [
      [0.5, 'KL', 1],
      [10, 'MMD', 1],
    ],
  ],
  iwae: [
    { loss: 8, reconstruction: 5, kl: 4 },
    {},
    [
      [undefined, 'Gain of more draws', -1],
      [undefined, 'KL', 4],
    ],
  ],
  miwae: [
    { loss: 8, reconstruction: 5, kl: 4 },
    {},
    [
      [undefined, 'Gain of more draws', -1],
      [undefined, 'KL', 4],
    ],
  ],
  piwae: [
    { loss: 8, reconstruction: 5, kl: 4 },
    {},
    [
      [undefined, 'Gain of more draws', -1],
      [undefined, 'KL', 4],
    ],
  ],
  ciwae: [
    { loss: 8, reconstruction: 5, kl: 4 },
    { beta: 0.5 },
    [
      [undefined, 'Gain of more draws', -1],
      [undefined, 'KL', 4],
    ],
  ],
  dipVae: [
    { loss: 11, reconstruction: 5, kl: 4, covariance: 2 },
    {},
    [
      [undefined, 'KL', 4],
      [undefined, 'Covariance', 2],
    ],
  ],
  factorVae: [
    { loss: 11, reconstruction: 5, kl: 4, correlation: 0.2 },
    { gamma: 10 },
    [
      [undefined, 'KL', 4],
      [10, 'Total correlation', 2],
    ],
  ],
  normalizingFlow: [
    { loss: 8, reconstruction: 5, kl: 4 },
    { beta: 1, samples: 5 },
    [
      [undefined, 'Gain of more draws', -1],
      [1, 'KL', 4],
    ],
  ],
  hamiltonian: [{ loss: 7, reconstruction: 5, kl: 4 }, { beta: 0.5, samples: 1 }, [[0.5, 'KL', 2]]],
  riemannianHamiltonian: [
    { loss: 8, reconstruction: 5, kl: 4 },
    { beta: 1, samples: 5 },
    [
      [undefined, 'Gain of more draws', -1],
      [1, 'KL', 4],
    ],
  ],
  inverseAutoregressiveFlow: [
    { loss: 7, reconstruction: 5, kl: 4 },
    { beta: 0.5, samples: 1 },
    [[0.5, 'KL', 2]],
  ],
  hierarchical: [
    { loss: 7, reconstruction: 5, kl: 4, klGroup1: 3, klGroup2: 1 },
    { beta: 0.5, lambda: 0 },
    [[0.5, 'KL', 2]],
  ],
  hyperspherical: [
    { loss: 7, reconstruction: 5, kl: 4 },
    { beta: 0.5, samples: 1 },
    [[0.5, 'KL', 2]],
  ],
  poincare: [{ loss: 8, reconstruction: 5, kl: 4 }, { beta: 0.75, samples: 1 }, [[0.75, 'KL', 3]]],
  rae: [
    { loss: 7, reconstruction: 5, size: 3, weights: 5 },
    { beta: 0.5, lambda: 0.1 },
    [
      [0.1, 'Roughness of the decoder', 0.5],
      [0.5, 'Size of the latents', 1.5],
    ],
  ],
  adversarialAutoencoder: [
    { loss: 7, reconstruction: 5, misled: 0.5 },
    { lambda: 4 },
    [[4, 'Told from the prior', 2]],
  ],
  residualVq: [
    { loss: 5.5, reconstruction: 5, commitment: 2, perplexity: 30 },
    { beta: 0.25 },
    [[0.25, 'Commitment', 0.5]],
  ],
  vaeGan: [
    { loss: 9, reconstruction: 5, kl: 4, pixels: 80 },
    { gamma: 0.1 },
    [[undefined, 'KL', 4]],
  ],
  vampPrior: [{ loss: 7, reconstruction: 5, kl: 4 }, { beta: 0.5, samples: 1 }, [[0.5, 'KL', 2]]],
  vqVae: [
    { loss: 5.5, reconstruction: 5, commitment: 2, perplexity: 30 },
    { beta: 0.25 },
    [[0.25, 'Commitment', 0.5]],
  ],
  waeMmd: [{ loss: 6, reconstruction: 5, mmd: 0.1 }, { lambda: 10 }, [[10, 'MMD', 1]]],
} as const;

test.each(Object.keys(objectives).filter((name) => name !== 'conditional'))(
  'the loss of %s is told as the sum of its own terms',
  (type) => {
    const [metrics, numbers, terms] = cases[type as keyof typeof cases];
    const told = toldLoss({ type }, metrics, (name) => (numbers as Record<string, number>)[name]);
    expect(words(told)).toEqual([[undefined, 'Reconstruction', 5], ...terms]);
    const sum = told!.parts.reduce((total, { share }) => total + share, 0);
    expect(sum).toBeCloseTo(metrics.loss, 9);
  },
);

test('a weight that is not known is told by the numbers', () => {
  const told = toldLoss(
    { type: 'betaVae' },
    { loss: 9, reconstruction: 5, kl: 2 },
    () => undefined,
  );
  expect(words(told)?.[1]).toEqual([2, 'KL', 4]);
  const validation = { val_loss: 6, val_reconstruction: 5, val_kl: 4 };
  expect(words(toldLoss({ type: 'vae' }, validation, () => undefined, 'val_'))?.[1]).toEqual([
    0.25,
    'KL',
    1,
  ]);
  expect(toldLoss({ type: 'vae' }, validation, () => undefined)).toBeUndefined();
});

test('a weight that changed within the mean is told as the numbers have it', () => {
  const metrics = { loss: 13, reconstruction: 5, kl: 4 };
  expect(words(toldLoss({ type: 'betaVae' }, metrics, () => 4))?.[1]).toEqual([2, 'KL', 8]);
  expect(words(toldLoss({ type: 'betaVae' }, metrics, () => 1.99))?.[1]).toEqual([1.99, 'KL', 8]);
  const rounding = { loss: 5.0002, reconstruction: 5, kl: 1e-6 };
  expect(words(toldLoss({ type: 'betaVae' }, rounding, () => 4))?.[1]?.[0]).toBe(4);
});

test('a collapsed KL of 0 leaves numbers, and other losses have other terms', () => {
  const none = toldLoss({ type: 'vae' }, { loss: 5, reconstruction: 5, kl: 0 }, () => undefined);
  expect(words(none)?.[1]).toEqual([1, 'KL', 0]);
  const own = toldLoss({ type: 'own' }, { loss: 7, reconstruction: 5 }, () => undefined);
  expect(words(own)?.[1]).toEqual([undefined, 'Other terms', 2]);
});

test('the objective inside of one that shows labels is the one that is told', () => {
  const inner = { type: 'betaVae', beta: 2 };
  expect(objectiveOf({ objective: { type: 'conditional', objective: inner } })).toBe(inner);
  expect(objectiveOf({}).type).toBe('vae');
});
