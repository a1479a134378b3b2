import { describe, expect, test } from 'vitest';
import {
  adam,
  betaTcVae,
  betaVae,
  capacity,
  conditional,
  freeBits,
  infoVae,
  iwae,
  type Objective,
  vae,
} from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const data = corners(64);
const labels = Array.from(data.labels!);

/** Objectives with a Gaussian posterior, weighed in all ways. */
const objectives: readonly Objective[] = [
  vae(),
  vae({ weight: 0.5, reduction: 'mean' }),
  vae({ weight: 3, reduction: 'mean' }),
  vae({ weight: 1 }),
  vae({ weight: { type: 'linear', from: 0, to: 2, steps: 10 } }),
  betaVae({ beta: 1 }),
  betaVae({ beta: 4 }),
  betaVae({ beta: { type: 'linear', from: 0, to: 2, steps: 10 } }),
  freeBits({ lambda: 0.5 }),
  capacity({ gamma: 3, to: 2, steps: 10 }),
  iwae({ samples: 3 }),
  betaTcVae({ alpha: 2, beta: 6, gamma: 3 }),
  infoVae({ alpha: 0.25, lambda: 8 }),
  conditional({ classes: 4, objective: vae({ weight: 3, reduction: 'mean' }) }),
];

describe.each(objectives)('$type $options', (objective) => {
  test('tells the KL divergence of its posteriors from the prior in nats', async () => {
    const model = smallVAE({ objective });
    const { epochs } = await model.fit(data, {
      epochs: 3,
      optimizer: adam({ learningRate: 0.02 }),
      validation: data,
    });
    const shown = objective.classes === undefined ? {} : { labels };
    const { mean, logVariance } = await model.encode(data.images, shown);
    const [m, v] = [mean.data as Float32Array, logVariance.data as Float32Array];
    let total = 0;
    for (let i = 0; i < m.length; i++) {
      total += (m[i]! ** 2 + Math.exp(v[i]!) - 1 - v[i]!) / 2;
    }
    const nats = total / data.size;
    expect(nats).toBeGreaterThan(0.02);

    const { loss, reconstruction, kl, weightedKl } = await model.evaluate(data);
    const { klPerLatent } = await model.health(data);
    expect(kl! / nats).toBeCloseTo(1, 5);
    expect(epochs.at(-1)!.val_kl! / nats).toBeCloseTo(1, 5);
    expect(klPerLatent.reduce((a, b) => a + b, 0) / nats).toBeCloseTo(1, 5);
    // A weighed term says so, and is the one of the loss.
    if (weightedKl === undefined) return;
    expect(weightedKl).not.toBeCloseTo(kl!, 3);
    expect(reconstruction + weightedKl).toBeCloseTo(loss, 4);
  });
});

test.each([
  [vae(), false],
  [vae({ weight: 1, reduction: 'mean' }), false],
  [vae({ weight: 1 }), true],
  [betaVae({ beta: 1 }), false],
  [betaVae({ beta: 2 }), true],
])(
  'the weighed term is told where it is another number: $0.type $0.options',
  async (objective, told) => {
    // The mean with weight 1 is the divergence for two latents.
    const { epochs } = await smallVAE({ objective }).fit(data, { epochs: 1 });
    expect('weightedKl' in epochs[0]!).toBe(told);
  },
);
