import { z } from 'zod';
import { pixelCnnOptions } from './pixel-cnn/network.js';
import { defineSampler } from './sampler.js';

/**
 * A PixelCNN over the codes of a model with a codebook (van den Oord et al. 2017, "Neural Discrete Representation
 * Learning", §3.3, https://arxiv.org/abs/1711.00937): each code by the codes before it, in reading order, by masked
 * convolutions in residual blocks (van den Oord et al. 2016, "Pixel Recurrent Neural Networks", §3.4,
 * https://arxiv.org/abs/1601.06759). With several codes a position, each also sees the codes before it at its position.
 * Fitted tensors: `pixelCnn.…`, the network, and `heldOut` [2], −log p of the held-out tenth of the examples in nats, by
 * the network and by the codes' shares alone. A draw takes a call of the runtime for each code of an example.
 */
export const pixelCnn = defineSampler(
  'pixelCnn',
  z
    .strictObject(pixelCnnOptions)
    .describe(
      "A PixelCNN over a codebook's codes, each by those before it (van den Oord et al. 2017).",
    ),
  (options) => ({
    async fit(_, sources) {
      const { fitPixelCnn } = await import('./pixel-cnn/fit.js');
      return fitPixelCnn(sources, options);
    },
    describe({ heldOut }) {
      const [nats, alone] = heldOut!.data as Float32Array;
      return `held-out codes take ${nats!.toFixed(1)} nats an example, ${alone!.toFixed(1)} by their shares alone`;
    },
    async draw(shape, sources) {
      const { drawPixelCnn } = await import('./pixel-cnn/draw.js');
      return drawPixelCnn(shape, sources, options);
    },
  }),
);
