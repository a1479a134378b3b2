import { z } from 'zod';
import { add, log, logSumExp, mean, mul, size, sub, sum, unsqueeze } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { logDensities, logPosterior, logPrior, meanKl, type Posterior } from '../posterior.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/**
 * Chen et al., "Isolating Sources of Disentanglement in VAEs" (2018), eq. 2 and 4,
 * https://arxiv.org/abs/1802.04942: the KL taken apart into mutual information (α), total
 * correlation (β) and dimension-wise KL (γ): −log p(x | z) + α I(z; x) + β KL(q(z) ‖ Πⱼ q(zⱼ)) +
 * γ Σⱼ KL(q(zⱼ) ‖ p(zⱼ)). q(z) is estimated by minibatch-weighted sampling (eq. S3): q(zᵢ) ≈
 * 1/(NM) Σⱼ q(zᵢ | xⱼ), for N examples and batches of M. The parts depend on both; their sum, which
 * estimates `kl` by one draw an example, does not.
 */
export const betaTcVae = defineObjective(
  'betaTcVae',
  z
    .strictObject({
      alpha: scheduleSchema.default(1).describe('The factor before the mutual information.'),
      beta: scheduleSchema.default(6).describe('The factor before the total correlation.'),
      gamma: scheduleSchema.default(1).describe('The factor before the dimension-wise KL.'),
    })
    .describe('The total correlation weighed by β (Chen et al. 2018).'),
  ({ alpha, beta, gamma }) => ({
    bottleneck: gaussian,
    schedules: { alpha, beta, gamma },
    terms({
      encoding,
      sample,
      negativeLogLikelihood,
      schedule,
      datasetSize,
    }: ObjectiveContext<Posterior>) {
      const z = sample();
      const reconstruction = mean(negativeLogLikelihood(z));
      // Each latent of each draw under the posterior of each example: [draw, example, latent].
      const pairs = logDensities(unsqueeze(z, [1]), {
        mean: unsqueeze(encoding.mean, [0]),
        logVariance: unsqueeze(encoding.logVariance, [0]),
      });
      const logPairs = log(mul(datasetSize(), size(z.shape[0]!)));
      const joint = sub(logSumExp(sum(pairs, { axes: [2] }), { axes: [1] }), logPairs);
      const marginals = sum(sub(logSumExp(pairs, { axes: [1] }), logPairs), { axes: [1] });
      const information = mean(sub(logPosterior(z, encoding), joint));
      const correlation = mean(sub(joint, marginals));
      const dimensionKl = mean(sub(marginals, logPrior(z)));
      const loss = add(
        add(reconstruction, mul(information, schedule('alpha'))),
        add(mul(correlation, schedule('beta')), mul(dimensionKl, schedule('gamma'))),
      );
      return {
        loss,
        metrics: {
          reconstruction,
          kl: meanKl(encoding),
          information,
          correlation,
          dimensionKl,
        },
      };
    },
  }),
);
