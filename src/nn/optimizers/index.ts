/*
 * Optimizers, a file a kind; all.ts lists them. From here plain data becomes optimizers.
 */
import { z } from 'zod';
import { Registry } from '../../base/settings/registry.js';
import type { Optimizer } from '../optimizer.js';
import * as all from './all.js';
import type { OptimizerKind } from './define.js';

export * from './all.js';

const registry = new Registry<OptimizerKind>('optimizer', all);

/** The names that config files and the command line use. */
export const optimizerNames = registry.names;

/** The optimizer where none is named. */
const usual = all.adam;

/** An optimizer as plain data; without a type it is Adam. */
export const optimizerSchema = registry
  .schema(({ type }) =>
    type === usual.type ? { type: z.literal(type).optional().default(type) } : {},
  )
  .meta({ id: 'optimizer', description: 'How gradients change the parameters.' });

/** The learning rate that an optimizer has when none is given; undefined for a user's own optimizer. */
export function usualLearningRate(type: string): number | undefined {
  if (!registry.names.includes(type)) return undefined;
  const { learningRate } = registry.get(type, 'optimizer').create({});
  return typeof learningRate === 'number' ? learningRate : undefined;
}

/** The optimizer that plain data describes. @throws UserError when a type or option is wrong */
export function optimizerFromConfig(config: Readonly<Record<string, unknown>>): Optimizer {
  const { type, ...options } = config;
  return registry.get(type, 'optimizer.type').create(options);
}
