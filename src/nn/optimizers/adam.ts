import { z } from 'zod';
import { adamOptions, adamUpdate } from './adam-update.js';
import { defineOptimizer } from './define.js';

const schema = z.strictObject(adamOptions).describe('Adam (Kingma and Ba 2015).');

/**
 * Adam (Kingma and Ba 2015, algorithm 1 in the form of its section 2, with ε as ε̂; so in Keras).
 * PyTorch adds ε after the correction of v, so that its ε is Keras's divided by √(1 − β₂ᵗ).
 * @throws UserError when an option is wrong
 */
export const adam = defineOptimizer('adam', schema, adamUpdate);
