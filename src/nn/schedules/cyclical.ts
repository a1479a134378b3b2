import { z } from 'zod';
import { defineSchedule } from './define.js';

/**
 * A line from `from` to `to` over the first `ratio` of each `period` steps, then `to` (Fu et
 * al. 2019, eq. 6 and 7, https://arxiv.org/abs/1903.10145).
 * @throws UserError
 */
export const cyclical = defineSchedule(
  'cyclical',
  z
    .strictObject({
      from: z.number().default(0).describe('Where it starts.'),
      to: z.number().default(1).describe('Where it ends.'),
      period: z.int().min(1).describe('Steps of one cycle.'),
      ratio: z
        .number()
        .gt(0)
        .max(1)
        .default(0.5)
        .describe('The part of a cycle in which it changes.'),
    })
    .describe('Lines from one number to another, again and again (Fu et al. 2019).'),
  ({ from, to, period, ratio }, { steps }) => {
    if (steps === Infinity) return to;
    return from + (to - from) * Math.min(1, (steps % period) / period / ratio);
  },
);
