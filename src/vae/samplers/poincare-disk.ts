import { z } from 'zod';
import { fillNormal } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { defineSampler } from './sampler.js';

/**
 * A wrapped normal about the origin of the Poincaré ball of curvature −c: the prior of the Poincaré VAE (Mathieu
 * et al. 2019, §3.1, https://arxiv.org/abs/1901.06033). A normal vector v becomes the point in its direction at
 * the hyperbolic distance ‖v‖ from the origin.
 */
export const poincareDisk = defineSampler(
  'poincareDisk',
  z
    .strictObject({
      curvature: z.number().gt(0).default(1).describe('c: the ball has the curvature −c.'),
      scale: z
        .number()
        .gt(0)
        .default(1)
        .describe('The standard deviation, in lengths of the ball.'),
    })
    .describe('A wrapped normal about the origin of the Poincaré ball (Mathieu et al. 2019).'),
  ({ curvature, scale }) => ({
    draw(shape, { stream }) {
      const [, ...latent] = shape;
      const width = elementCount(latent);
      const latents = new Float32Array(elementCount(shape));
      fillNormal(stream, latents);
      const root = Math.sqrt(curvature);
      for (let start = 0; start < latents.length; start += width) {
        const point = latents.subarray(start, start + width);
        const length = Math.hypot(...point) || 1;
        const factor = Math.tanh((root * scale * length) / 2) / (root * length);
        point.forEach((value, i) => {
          point[i] = value * factor;
        });
      }
      return latents;
    },
  }),
);
