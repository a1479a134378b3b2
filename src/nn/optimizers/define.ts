import type { z } from 'zod';
import { validate } from '../../data/validate.js';
import type { Optimizer } from '../optimizer.js';
import type { LearningRate } from '../schedules/index.js';

/** A kind of optimizer that config files can name. */
export interface OptimizerKind<Schema extends z.ZodType> {
  readonly type: string;
  readonly schema: Schema;
  create(options: z.input<Schema>): Optimizer;
}

/** Describes a kind of optimizer once: its name, its options and its two functions. */
export function defineOptimizer<Schema extends z.ZodType<{ learningRate: LearningRate }>>(
  type: string,
  schema: Schema,
  build: (options: z.output<Schema>) => Pick<Optimizer, 'slots' | 'scalars' | 'update' | 'exclude'>,
): OptimizerKind<Schema> {
  return {
    type,
    schema,
    create(given) {
      const options = validate(schema, given, type);
      return { type, options, learningRate: options.learningRate, ...build(options) };
    },
  };
}
