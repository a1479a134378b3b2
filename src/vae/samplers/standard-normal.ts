import { z } from 'zod';
import { fillNormal } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { defineSampler } from './sampler.js';

/** N(0, I): the prior of models with a Gaussian posterior (Kingma and Welling 2014, §2.3). */
export const standardNormal = defineSampler(
  'standardNormal',
  z.strictObject({}).describe('The standard normal distribution N(0, I).'),
  () => ({
    draw(shape, { stream }) {
      const latents = new Float32Array(elementCount(shape));
      fillNormal(stream, latents);
      return latents;
    },
  }),
);
