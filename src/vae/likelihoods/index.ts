import { z } from 'zod';
import { quote } from '../../data/excerpt.js';
import { oneOf, typed } from '../../data/kinds.js';
import { advice } from '../../data/suggest.js';
import { bernoulli } from './bernoulli.js';
import { categorical } from './categorical.js';
import { continuousBernoulli } from './continuous-bernoulli.js';
import { discretizedLogistic } from './discretized-logistic.js';
import { gaussian } from './gaussian.js';
import { laplace } from './laplace.js';
import type { Likelihood } from './likelihood.js';
import { mse } from './mse.js';

export type { Likelihood } from './likelihood.js';

/** Every likelihood, by the name that options and config files use. */
const kinds = {
  bernoulli,
  continuousBernoulli,
  gaussian,
  laplace,
  discretizedLogistic,
  categorical,
  mse,
};

type Kinds = typeof kinds;

export type LikelihoodName = keyof Kinds;

/** A likelihood as plain data: its name, or its name as `type` beside its options. */
export type LikelihoodOptions =
  | LikelihoodName
  | { [Name in LikelihoodName]: { type: Name } & z.input<Kinds[Name]['schema']> }[LikelihoodName];

export const likelihoodNames = Object.keys(kinds) as [LikelihoodName, ...LikelihoodName[]];

export const likelihoodSchema = z
  .union([
    oneOf<z.ZodObject>(
      'likelihood',
      Object.values(kinds).map((kind) => typed(kind)),
    ),
    z.enum(likelihoodNames, {
      error: ({ input }) =>
        `unknown likelihood ${quote(String(input))}. ${advice(String(input), likelihoodNames)}`,
    }),
  ])
  .meta({ id: 'likelihood', description: "How the decoder's output describes examples." });

/** The likelihood that plain data describes. @throws UserError when an option is wrong */
export function likelihoodFromConfig(config: z.output<typeof likelihoodSchema>): Likelihood {
  const { type, ...options } = typeof config === 'string' ? { type: config } : config;
  return kinds[type as LikelihoodName].create(options);
}

/** A likelihood with all its options, as plain data. */
export function likelihoodToConfig({
  type,
  options,
}: Likelihood): z.output<typeof likelihoodSchema> {
  return Object.keys(options).length === 0 ? (type as LikelihoodName) : { type, ...options };
}
