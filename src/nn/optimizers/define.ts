import type { z } from 'zod';
import { validate } from '../../base/settings/validate.js';
import type { Optimizer } from '../optimizer.js';
import type { LearningRate } from '../schedules/index.js';

/** A kind of optimizer that config files can name. */
export interface OptimizerKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** @throws UserError when an option is wrong */
  create(options: z.input<Schema>): Optimizer;
}

/**
 * Describes a kind of optimizer once: its name, its options and its two functions.
 * @returns the function for users, which is the kind too
 */
export function defineOptimizer<Schema extends z.ZodObject>(
  type: string,
  schema: Schema,
  build: (options: z.output<Schema>) => Pick<Optimizer, 'slots' | 'scalars' | 'update' | 'exclude'>,
): ((options?: z.input<Schema>) => Optimizer) & OptimizerKind<Schema> {
  const create = (given: z.input<Schema>): Optimizer => {
    const options = validate(schema, given, type);
    const { learningRate } = options as { learningRate: LearningRate };
    return { type, options, learningRate, ...build(options) };
  };
  return Object.assign((options = {} as z.input<Schema>) => create(options), {
    type,
    schema,
    create,
  });
}
