/*
 * Likelihoods p(x | z), a file a kind; all.ts lists them. likelihood.ts describes one;
 * examples.ts, location-scale.ts and logits.ts are shared by several. From here plain data becomes likelihoods.
 */
import { z } from 'zod';
import { quote } from '../../base/excerpt.js';
import { Registry } from '../../base/settings/registry.js';
import { advice } from '../../base/suggest.js';
import type { InputDescription } from '../../data/input.js';
import * as all from './all.js';
import type { Likelihood, LikelihoodKind } from './likelihood.js';

export type { Likelihood } from './likelihood.js';

type Kinds = typeof all;

export type LikelihoodName = keyof Kinds;

const registry = new Registry<LikelihoodKind>('likelihood', all);

/** A likelihood as plain data: its name, or its name as `type` beside its options. */
export type LikelihoodOptions =
  | LikelihoodName
  | { [Name in LikelihoodName]: { type: Name } & z.input<Kinds[Name]['schema']> }[LikelihoodName];

export const likelihoodNames = registry.names as readonly [LikelihoodName, ...LikelihoodName[]];

/** Names for people, by type. */
export const likelihoodTitles = registry.titles;

export const likelihoodSchema = z
  .union([
    registry.schema(),
    z.enum(likelihoodNames, {
      error: ({ input }) =>
        `unknown likelihood ${quote(String(input))}. ${advice(String(input), likelihoodNames)}`,
    }),
  ])
  .meta({ id: 'likelihood', description: "How the decoder's output describes examples." });

/**
 * The likelihood of examples that plain data describes.
 * @throws UserError when an option is wrong, or when it cannot describe such examples
 */
export function likelihoodFromConfig(
  config: z.output<typeof likelihoodSchema>,
  input: InputDescription,
): Likelihood {
  const { type, ...options } = typeof config === 'string' ? { type: config } : config;
  return registry.get(type, 'likelihood').create(options, input);
}

/** A likelihood with all its options, as plain data. */
export function likelihoodToConfig({
  type,
  options,
}: Likelihood): z.output<typeof likelihoodSchema> {
  return Object.keys(options).length === 0 ? (type as LikelihoodName) : { type, ...options };
}
