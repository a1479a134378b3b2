import { z } from 'zod';
import { defineSchedule } from './define.js';

/**
 * `from` at the first step, `to` after `steps` steps and from then on (Bowman et al. 2016, §3.1,
 * https://arxiv.org/abs/1511.06349; Sønderby et al. 2016, §2.3, https://arxiv.org/abs/1602.02282).
 * @throws UserError
 */
export const linear = defineSchedule(
  'linear',
  z
    .strictObject({
      from: z.number().default(0).describe('Where it starts.'),
      to: z.number().default(1).describe('Where it ends.'),
      steps: z.int().min(1).describe('Steps from one to the other.'),
    })
    .describe('A line from one number to another (Bowman et al. 2016).'),
  ({ from, to, steps }, moment) => from + (to - from) * Math.min(1, moment.steps / steps),
);
