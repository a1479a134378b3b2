import { z } from 'zod';
import {
  add,
  cast,
  gatherElements,
  less,
  mean,
  mul,
  sum,
  unsqueeze,
  type Value,
} from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import {
  discriminator,
  discriminatorOptions,
  discriminatorPlayer,
  judgeOf,
  tellingApart,
} from './discriminator.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Each latent, [batch, latent], put in an order of its own over the batch: examples of Πⱼ q(zⱼ) (Kim and
 * Mnih 2018, algorithm 1).
 * @param noise of the same shape; the places of its numbers by size are the order
 */
function permuted(z: Value, noise: Value): Value {
  const isLess = less(unsqueeze(noise, [0]), unsqueeze(noise, [1]));
  const ranks = sum(cast(isLess, 'float32'), { axes: [1] });
  return gatherElements(z, cast(ranks, 'int64'), 0);
}

/**
 * Kim and Mnih, "Disentangling by Factorising" (2018), eq. 2 and algorithm 2,
 * https://arxiv.org/abs/1802.05983: the negative ELBO + γ KL(q(z) ‖ Πⱼ q(zⱼ)). The total correlation is
 * the mean logit of a discriminator that learns to tell latents from latents whose order over the batch
 * is each their own. The paper takes a second batch for these; here, as in disentanglement_lib, it is
 * the same one. As in the paper the discriminator has six layers of 1000 units, and Adam with the rate
 * 1e-4, β₁ = 0.5 and β₂ = 0.9.
 */
export const factorVae = defineObjective(
  'factorVae',
  z
    .strictObject({
      gamma: scheduleSchema.default(35).describe('γ: the factor before the total correlation.'),
      hidden: discriminatorOptions.hidden.default(1000),
      layers: discriminatorOptions.layers.default(6),
    })
    .describe('The total correlation by a discriminator, weighed by γ (Kim and Mnih 2018).'),
  ({ gamma, hidden, layers }) => ({
    bottleneck: gaussian,
    schedules: { gamma },
    players: [discriminatorPlayer({ learningRate: 1e-4, beta1: 0.5, beta2: 0.9 })],
    terms({
      encoding,
      sample,
      negativeLogLikelihood,
      network,
      prior,
      schedule,
    }: ObjectiveContext<Posterior>) {
      const z = sample();
      const judge = judgeOf(network, hidden, layers);
      const reconstruction = mean(negativeLogLikelihood(z));
      const kl = meanKl(encoding);
      const judged = judge(z);
      const correlation = mean(judged);
      const told = tellingApart(judged, judge(permuted(z, prior(z))));
      return {
        loss: add(add(reconstruction, kl), mul(correlation, schedule('gamma'))),
        losses: { [discriminator]: mul(told, 0.5) },
        metrics: { reconstruction, kl, correlation },
      };
    },
  }),
);
