import { z } from 'zod';
import { UserError } from '../../data/errors.js';
import { quote } from '../../data/excerpt.js';
import { oneOf, typed } from '../../data/kinds.js';
import { advice } from '../../data/suggest.js';
import { autoencoderKind } from './autoencoder.js';
import { betaTcVaeKind } from './beta-tc-vae.js';
import { betaVaeKind } from './beta-vae.js';
import { capacityKind } from './capacity.js';
import { conditionalKind } from './conditional.js';
import { freeBitsKind } from './free-bits.js';
import { infoVaeKind } from './info-vae.js';
import { iwaeKind } from './iwae.js';
import type { Objective, ObjectiveKind } from './objective.js';
import { vaeKind } from './vae.js';
import { vqVaeKind } from './vq-vae.js';
import { waeMmdKind } from './wae-mmd.js';

export { autoencoder } from './autoencoder.js';
export { betaTcVae } from './beta-tc-vae.js';
export { betaVae } from './beta-vae.js';
export { capacity } from './capacity.js';
export { type ConditionalOptions, conditional, objectiveToConfig } from './conditional.js';
export { freeBits } from './free-bits.js';
export { infoVae } from './info-vae.js';
export { iwae } from './iwae.js';
export type { Objective, ObjectiveContext } from './objective.js';
export { vae } from './vae.js';
export { vqVae } from './vq-vae.js';
export { waeMmd } from './wae-mmd.js';

/** Every kind of objective that config files can name. */
const kinds: readonly ObjectiveKind[] = [
  autoencoderKind,
  vaeKind,
  betaVaeKind,
  freeBitsKind,
  capacityKind,
  conditionalKind,
  iwaeKind,
  betaTcVaeKind,
  infoVaeKind,
  waeMmdKind,
  vqVaeKind,
];

const kindOf: ReadonlyMap<string, ObjectiveKind> = new Map(kinds.map((kind) => [kind.type, kind]));

/** The names that config files and the command line use. */
export const objectiveNames: readonly string[] = [...kindOf.keys()];

const innerObjective = z
  .lazy((): z.ZodType<Readonly<Record<string, unknown>>> => objectiveSchema)
  .optional()
  .describe('What is made small, given the labels; vae when left out.');

/** An objective as plain data. */
export const objectiveSchema = oneOf<z.ZodObject>(
  'objective',
  kinds.map((kind) =>
    typed(kind, 'objective' in kind.schema.shape ? { objective: innerObjective } : {}),
  ),
).meta({ id: 'objective', description: 'What training makes small.' });

/**
 * The objective that plain data describes.
 * @param name where the data stands, for messages
 * @throws UserError when the type or an option is unknown or wrong
 */
export function objectiveFromConfig(config: unknown, name: string): Objective {
  const { type, ...options } = config as Record<string, unknown>;
  const kind = kindOf.get(String(type));
  if (!kind) {
    throw new UserError(
      `${name}.type: unknown objective ${quote(String(type))}. ${advice(String(type), objectiveNames)}`,
    );
  }
  return kind.fromConfig(options, name, objectiveFromConfig);
}
