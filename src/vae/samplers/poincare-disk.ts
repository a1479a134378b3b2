import { z } from 'zod';
import { fillNormal } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { hyperbolicRadii } from './hyperbolic-radii.js';
import { ownPrior } from './own-prior.js';
import { defineSampler } from './sampler.js';

const geometrySchema = z
  .strictObject({
    curvature: z
      .number()
      .gt(0)
      .optional()
      .describe("c: the ball has the curvature −c; the model's when left out."),
    distribution: z
      .enum(['wrappedNormal', 'riemannianNormal'])
      .optional()
      .describe("The kind of normal distribution; the model's when left out."),
    scale: z
      .number()
      .gt(0)
      .optional()
      .describe("The standard deviation, in lengths of the ball; the prior's when left out."),
  })
  .describe('A normal distribution about the origin of the Poincaré ball (Mathieu et al. 2019).');

interface Geometry {
  readonly curvature: number;
  readonly distribution: 'wrappedNormal' | 'riemannianNormal';
  readonly scale: number;
}

/** The geometry of a prior that does not say all of it. */
const usual: Geometry = { curvature: 1, distribution: 'wrappedNormal', scale: 1 };

/**
 * A wrapped or a Riemannian normal about the origin of the Poincaré ball of curvature −c: the prior of the Poincaré
 * VAE (Mathieu et al. 2019, §3.1, https://arxiv.org/abs/1901.06033). Of the wrapped one a normal vector v becomes
 * the point in its direction at the hyperbolic distance ‖v‖ from the origin; of the Riemannian one the distance is
 * drawn by rejection, as `hyperbolic-radii.ts` tells.
 */
export const poincareDisk = defineSampler('poincareDisk', geometrySchema, (own) => ({
  draw(shape, sources) {
    const { options } = ownPrior(sources, 'poincareDisk', 'poincare');
    const { curvature, distribution, scale } = { ...usual, ...options, ...own } as Geometry;
    const [, ...latent] = shape;
    const width = elementCount(latent);
    const latents = new Float32Array(elementCount(shape));
    fillNormal(sources.stream, latents);
    const root = Math.sqrt(curvature);
    const radii =
      distribution === 'riemannianNormal'
        ? hyperbolicRadii(latents.length / width, root * scale, width, sources.stream)
        : undefined;
    for (let start = 0; start < latents.length; start += width) {
      const point = latents.subarray(start, start + width);
      const length = Math.hypot(...point) || 1;
      const radius = radii ? radii[start / width]! : root * scale * length;
      const factor = Math.tanh(radius / 2) / (root * length);
      point.forEach((value, i) => {
        point[i] = value * factor;
      });
    }
    return latents;
  },
}));
