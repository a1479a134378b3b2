import type { Tensor } from 'onnxruntime-common';
import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { drawFitted, tensorsOf } from './mixture/tensors.js';
import { defineSampler } from './sampler.js';

/** The pseudo-inputs among a model's tensors: [components, ...input of the encoder]. */
export const pseudoInputsName = 'prior.pseudoInputs';

/**
 * The prior of the objective vampPrior: the mixture of the posteriors of its pseudo-inputs, each as likely as the
 * others (Tomczak and Welling 2018, eq. 9, https://arxiv.org/abs/1705.07120).
 */
export const vampPrior = defineSampler(
  'vampPrior',
  z
    .strictObject({})
    .describe("The posteriors of a model's own pseudo-inputs: the prior of vampPrior."),
  () => ({
    async prepare({ parameters, encodePseudoInputs }) {
      const inputs = parameters[pseudoInputsName];
      if (!inputs) {
        throw new UserError(
          'The sampler vampPrior is the prior of the objective vampPrior, which this model was not trained with. Choose another one, such as gaussianMixture.',
        );
      }
      const { mean, log_variance } = await encodePseudoInputs(inputs);
      const [components, width] = mean!.dims as readonly [number, number];
      const numbers = ({ data }: Tensor) => Float64Array.from(data as Float32Array);
      return tensorsOf(
        {
          weights: new Float64Array(components).fill(1 / components),
          means: numbers(mean!),
          factors: numbers(log_variance!).map((value) => Math.exp(value / 2)),
        },
        width,
      );
    },
    draw: drawFitted,
  }),
);
