/*
 * Objectives, a file a kind; all.ts lists them. objective.ts describes one, with the batch that it sees;
 * mmd.ts holds the discrepancy that two of them share. From here plain data becomes objectives.
 */
import { z } from 'zod';
import { Registry } from '../../base/settings/registry.js';
import * as all from './all.js';
import type { Objective, ObjectiveKind } from './objective.js';

export * from './all.js';
export { type Objective, type ObjectiveContext, objectiveToConfig } from './objective.js';

const registry = new Registry<ObjectiveKind>('objective', all);

/** The names that config files and the command line use. */
export const objectiveNames = registry.names;

const innerObjective = z
  .lazy((): z.ZodType<Readonly<Record<string, unknown>>> => objectiveSchema)
  .optional()
  .describe('The objective given the labels; vae when left out.');

/** An objective as plain data. */
export const objectiveSchema = registry
  .schema(({ schema }) => ('objective' in schema.shape ? { objective: innerObjective } : {}))
  .meta({ id: 'objective', description: 'The loss that training makes small.' });

/**
 * The objective that plain data describes.
 * @param name where the data stands, for messages
 * @throws UserError when the type or an option is unknown or wrong
 */
export function objectiveFromConfig(config: unknown, name: string): Objective {
  const { type, ...options } = config as Record<string, unknown>;
  return registry.get(type, `${name}.type`).fromConfig(options, name, objectiveFromConfig);
}
