import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { describeFlow, flowOptions } from './flow/options.js';
import { rowsOf } from './latent-rows.js';
import { defineSampler } from './sampler.js';

/** Latents at most: a step of its fit has a masked network for each latent and block. */
const mostLatents = 64;

/**
 * An inverse autoregressive flow (Kingma et al. 2016, https://arxiv.org/abs/1606.04934), fitted to the
 * latents of a trained model as a density (Papamakarios et al. 2017, §3.3): to draws of q(z | x) for each example,
 * or to the points of a deterministic encoder. It draws at once and is fitted one latent after another.
 * Fitted tensors are as in `maf`.
 */
export const iaf = defineSampler(
  'iaf',
  z
    .strictObject({ ...flowOptions, blocks: flowOptions.blocks.default(2) })
    .describe('An inverse autoregressive flow, fitted to the latents (Kingma et al. 2016).'),
  (options) => ({
    async fit(latents, sources) {
      const { width } = rowsOf(latents);
      if (width > mostLatents) {
        throw new UserError(
          `The sampler iaf is fitted one latent after another, and takes ${mostLatents} at most, not ${width}. Take maf.`,
        );
      }
      const { fitFlow } = await import('./flow/fit.js');
      return fitFlow(latents, sources, options, 'fromNoise');
    },
    describe: describeFlow,
    async draw(shape, sources) {
      const { drawFlow } = await import('./flow/draw.js');
      return drawFlow(shape, sources, options, 'fromNoise');
    },
  }),
);
