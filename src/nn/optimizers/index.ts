import { z } from 'zod';
import { UserError } from '../../data/errors.js';
import { quote } from '../../data/excerpt.js';
import { oneOf, typed } from '../../data/kinds.js';
import { advice } from '../../data/suggest.js';
import type { Optimizer } from '../optimizer.js';
import { adamKind } from './adam.js';
import { adamWKind } from './adam-w.js';
import { adamaxKind } from './adamax.js';
import { lionKind } from './lion.js';
import { rmspropKind } from './rmsprop.js';
import { sgdKind } from './sgd.js';

export { adam } from './adam.js';
export { adamW } from './adam-w.js';
export { adamax } from './adamax.js';
export { lion } from './lion.js';
export { rmsprop } from './rmsprop.js';
export { sgd } from './sgd.js';

/** Every kind of optimizer that config files can name. */
const kinds = {
  adam: adamKind,
  adamW: adamWKind,
  sgd: sgdKind,
  rmsprop: rmspropKind,
  adamax: adamaxKind,
  lion: lionKind,
};

const { adam: _, ...others } = kinds;

/** An optimizer as plain data; without a type it is Adam. */
export const optimizerSchema = oneOf('optimizer', [
  typed(adamKind, { type: z.literal('adam').optional().default('adam') }),
  ...Object.values(others).map((kind) => typed(kind)),
]).meta({ id: 'optimizer', description: 'How gradients change the parameters.' });

/** The learning rate that an optimizer has when none is given; undefined for those of users. */
export function usualLearningRate(type: string): number | undefined {
  const usual = Object.hasOwn(kinds, type) && kinds[type as keyof typeof kinds].create({});
  return usual && typeof usual.learningRate === 'number' ? usual.learningRate : undefined;
}

/** The optimizer that plain data describes. @throws UserError when a type or option is wrong */
export function optimizerFromConfig(config: Readonly<Record<string, unknown>>): Optimizer {
  const { type, ...options } = config;
  const kind = Object.hasOwn(kinds, String(type)) ? kinds[type as keyof typeof kinds] : undefined;
  if (kind) return kind.create(options);
  throw new UserError(
    `optimizer.type: unknown optimizer ${quote(String(type))}. ${advice(String(type), Object.keys(kinds))}`,
  );
}
