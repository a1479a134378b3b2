import { z } from 'zod';
import { add, mean, mul } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { deterministic } from '../bottlenecks/index.js';
import { standardNormal } from '../samplers/index.js';
import {
  discriminator,
  discriminatorOptions,
  discriminatorPlayer,
  judgeOf,
  saysYes,
  tellingApart,
} from './discriminator.js';
import { defineObjective } from './objective.js';

/**
 * The adversarial autoencoder (Makhzani et al., "Adversarial Autoencoders", 2016, §2,
 * https://arxiv.org/abs/1511.05644): −log p(x | z) with z = f(x), and λ times the loss of a
 * discriminator that takes z for a draw of the prior. The discriminator learns to tell both apart; as
 * in the paper it has two layers of 1000 units.
 */
export const adversarialAutoencoder = defineObjective(
  'adversarialAutoencoder',
  z
    .strictObject({
      lambda: scheduleSchema.default(1).describe('λ: the factor before the misled loss.'),
      hidden: discriminatorOptions.hidden.default(1000),
      layers: discriminatorOptions.layers.default(2),
    })
    .describe(
      'An autoencoder whose latents a discriminator compares with the prior (Makhzani et al. 2016).',
    ),
  ({ lambda, hidden, layers }) => ({
    bottleneck: { ...deterministic, prior: standardNormal() },
    schedules: { lambda },
    players: [discriminatorPlayer({ learningRate: 1e-4, beta1: 0.5 })],
    terms({ sample, negativeLogLikelihood, network, prior, schedule }) {
      const z = sample();
      const judge = judgeOf(network, hidden, layers);
      const reconstruction = mean(negativeLogLikelihood(z));
      const judged = judge(z);
      const misled = saysYes(judged);
      return {
        loss: add(reconstruction, mul(misled, schedule('lambda'))),
        losses: { [discriminator]: tellingApart(judge(prior(z)), judged) },
        metrics: { reconstruction, misled },
      };
    },
  }),
);
