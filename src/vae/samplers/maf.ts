import { z } from 'zod';
import { describeFlow, flowOptions } from './flow/options.js';
import { defineSampler } from './sampler.js';

/**
 * A masked autoregressive flow (Papamakarios et al. 2017, "Masked Autoregressive Flow for Density
 * Estimation", https://arxiv.org/abs/1705.07057), fitted to the latents of a trained model: to draws of
 * q(z | x) for each example, or to the points of a deterministic encoder. It is fitted at once and draws one
 * latent after another. Each second block has the latents in reverse order, as in the paper; in the place of
 * its batch normalization latents are standardized, and each block starts as the identity.
 * Fitted tensors: `flow.…`, the masked networks; `mean` and `deviation` [latents]; `heldOut` [1], the mean
 * log density of the tenth of the latents that is held out, in nats.
 */
export const maf = defineSampler(
  'maf',
  z
    .strictObject({ ...flowOptions, blocks: flowOptions.blocks.default(5) })
    .describe('A masked autoregressive flow, fitted to the latents (Papamakarios et al. 2017).'),
  (options) => ({
    async fit(latents, sources) {
      const { fitFlow } = await import('./flow/fit.js');
      return fitFlow(latents, sources, options, 'toNoise');
    },
    describe: describeFlow,
    async draw(shape, sources) {
      const { drawFlow } = await import('./flow/draw.js');
      return drawFlow(shape, sources, options, 'toNoise');
    },
  }),
);
