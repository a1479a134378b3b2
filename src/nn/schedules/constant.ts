import type { z } from 'zod';
import { defineSchedule } from './define.js';

export const constantKind = defineSchedule('constant', {}, ({ initial }) => initial);

/** One learning rate throughout; with `warmup`, once it is reached. @throws UserError */
export function constant(options: Omit<z.input<typeof constantKind.schema>, 'type'>) {
  return constantKind.create(options);
}
