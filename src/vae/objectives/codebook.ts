import { z } from 'zod';
import { exp, log, maximum, mul, negate, sum, type Value } from '../../graph/index.js';
import { scheduleSchema } from '../../nn/index.js';

/** exp of the entropy of shares, over the last axis: how many codes would be used as evenly. */
export const perplexityOf = (shares: Value): Value =>
  exp(negate(sum(mul(shares, log(maximum(shares, 1e-30))), { axes: [-1] })));

/** Options of objectives with codebooks that moving averages learn. */
export const codebookOptions = {
  beta: scheduleSchema.default(0.25).describe('The factor before the commitment.'),
  decay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.99)
    .describe('The part of the moving averages that a step keeps.'),
  revive: z
    .number()
    .min(0)
    .lt(1)
    .default(0.01)
    .describe('A code used less than this share of the mean is replaced; 0 for never.'),
};
