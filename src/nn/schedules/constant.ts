import { z } from 'zod';
import { defineSchedule, fromInitial } from './define.js';

/** One number throughout; with `warmup`, once it is reached. @throws UserError */
export const constant = defineSchedule(
  'constant',
  z.strictObject(fromInitial).describe('One number throughout, once the warm-up is done.'),
  ({ initial }) => initial,
);
