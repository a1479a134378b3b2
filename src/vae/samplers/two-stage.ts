import { z } from 'zod';
import { defineSampler } from './sampler.js';
import { networkOptions } from './two-stage/options.js';

/**
 * A second VAE, fitted to the latents of a trained model (Dai and Wipf, "Diagnosing and Enhancing VAE Models", 2019,
 * §4, https://arxiv.org/abs/1903.05789): to draws of q(z | x), which fill as many dimensions as they have, so that a
 * VAE of as many latents u, and a trained variance of p(z | u), learns their density. Latents are drawn as u of N(0, I)
 * and then z of p(z | u). As in the authors' code (https://github.com/daib13/TwoStageVAE) encoder and decoder are
 * three dense layers whose input goes to the heads too; there these have 1024 units and 800 epochs of batches of 64.
 * Here latents are standardized, and a tenth is held out to tell when to end. Fitted tensors: `second.…`, the
 * networks; `mean` and `deviation` [latents]; `heldOut` [1], the mean ELBO of the held-out tenth, in nats.
 */
export const twoStage = defineSampler(
  'twoStage',
  z
    .strictObject({
      ...networkOptions,
      epochs: z.int().min(1).default(200).describe('How often every latent is seen, at most.'),
      patience: z
        .int()
        .min(1)
        .default(20)
        .describe('Epochs without a better bound of the held-out tenth, after which it ends.'),
      learningRate: z.number().gt(0).default(1e-4).describe('The rate of Adam.'),
      batchSize: z.int().min(1).default(64).describe('How many latents a step looks at.'),
    })
    .describe('A second VAE, fitted to the latents (Dai and Wipf 2019).'),
  (options) => ({
    async fit(latents, sources) {
      const [{ fitLatents }, { secondLoss }] = await Promise.all([
        import('./latent-fit.js'),
        import('./two-stage/network.js'),
      ]);
      return fitLatents(latents, sources, {
        ...options,
        noun: 'second VAE',
        loss: (latent, scope) => secondLoss(latent, options, scope),
      });
    },
    describe({ heldOut }) {
      const [nats] = heldOut!.data as Float32Array;
      return `held-out ELBO ${nats!.toFixed(2)} nats`;
    },
    async draw(shape, sources) {
      const { drawSecond } = await import('./two-stage/draw.js');
      return drawSecond(shape, sources, options);
    },
  }),
);
