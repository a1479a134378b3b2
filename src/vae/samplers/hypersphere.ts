import { z } from 'zod';
import { fillNormal } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { ownPrior } from './own-prior.js';
import { defineSampler } from './sampler.js';

/**
 * Uniform on the unit sphere: the prior of the hyperspherical VAE (Davidson et al. 2018, §3.1), by normal
 * numbers that are divided by their length (Muller 1959).
 */
export const hypersphere = defineSampler(
  'hypersphere',
  z.strictObject({}).describe('The uniform distribution on the unit sphere.'),
  () => ({
    draw(shape, sources) {
      ownPrior(sources, 'hypersphere', 'hyperspherical');
      const [, ...latent] = shape;
      const width = elementCount(latent);
      const latents = new Float32Array(elementCount(shape));
      fillNormal(sources.stream, latents);
      for (let start = 0; start < latents.length; start += width) {
        const point = latents.subarray(start, start + width);
        const length = Math.hypot(...point) || 1;
        point.forEach((value, i) => {
          point[i] = value / length;
        });
      }
      return latents;
    },
  }),
);
