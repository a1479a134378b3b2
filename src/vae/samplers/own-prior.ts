import { UserError } from '../../base/errors.js';
import type { DrawSources, Sampler } from './sampler.js';

/**
 * The model's own prior, for samplers that draw from nothing else.
 * @param type of the sampler
 * @param objective that has it as its prior
 * @throws UserError when the model was trained with another objective
 */
export function ownPrior({ prior }: DrawSources, type: string, objective: string): Sampler {
  if (prior?.type === type) return prior;
  throw new UserError(
    `The sampler ${type} is the prior of the objective ${objective}, which this model was not trained with. Choose another one, such as gaussianMixture.`,
  );
}
