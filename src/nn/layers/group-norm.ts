import { z } from 'zod';
import { groupNormalization } from '../../graph/index.js';
import { defineLayer } from '../layer.js';
import { channelsOf } from './channels.js';

const schema = z
  .strictObject({
    groups: z.int().min(1).describe('Groups of channels.'),
    epsilon: z.number().positive().default(1e-5).describe('Added to the variance.'),
  })
  .describe('Normalizes groups of channels of each example.');

export type GroupNormOptions = Omit<z.input<typeof schema>, 'groups'>;

/**
 * Group normalization (Wu and He 2018, https://arxiv.org/abs/1803.08494, eq. 7) of each example
 * [batch, channels, ...] over groups of its channels. Parameters: `weight`, `bias`, [channels].
 * @param groups how many; they divide the channels. 1 is one group of all, as many as channels is
 *   instance normalization
 * @param options.epsilon added to the variance; 1e-5 when left out
 * @throws UserError when an option is wrong
 */
export const groupNorm = defineLayer(
  'groupNorm',
  schema,
  (x, { groups, epsilon }, scope) => {
    const shape = [channelsOf(x)];
    const weight = scope.parameter('weight', shape, 'ones');
    const bias = scope.parameter('bias', shape, 'zeros');
    return groupNormalization(x, groups, weight, bias, epsilon);
  },
  (groups: number, options: GroupNormOptions = {}) => ({ groups, ...options }),
);
