import { UserError } from '../base/errors.js';
import { describeValue } from '../base/settings/validation-words.js';
import type { FitOptions } from '../training/index.js';

/** Tells whether something has a function of this name, as objects made by vaekit's functions have. */
const has = (value: unknown, name: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Readonly<Record<string, unknown>>)[name] === 'function';

/**
 * Refuses values that types rule out, but JavaScript or a cast lets pass.
 * @param what it has to be, with an example: `a layer, such as dense(64)`
 * @throws UserError when it has no such function
 */
export function requireMade(name: string, value: unknown, method: string, what: string): void {
  if (has(value, method)) return;
  throw new UserError(`${name}: it must be ${what}, not ${describeValue(value)}.`);
}

/** The layers of a part of a network. @throws UserError when one is none */
export function requireLayers(name: string, layers: unknown): void {
  if (!Array.isArray(layers)) {
    throw new UserError(`${name}: it must be a list of layers, not ${describeValue(layers)}.`);
  }
  layers.forEach((each, i) => {
    requireMade(`${name}[${i}]`, each, 'apply', 'a layer, such as dense(64)');
  });
}

/** @throws UserError when data or optimizer are none */
export function requireFit(data: unknown, { validation, optimizer }: FitOptions): void {
  const dataset = 'a dataset, such as datasets.fromArray(values, shape) gives';
  requireMade('fit', data, 'read', dataset);
  if (validation !== undefined) requireMade('fit.validation', validation, 'read', dataset);
  if (optimizer !== undefined) {
    requireMade('fit.optimizer', optimizer, 'update', 'an optimizer, such as adam()');
  }
}
