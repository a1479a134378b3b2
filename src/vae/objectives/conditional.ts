import { z } from 'zod';
import { validate } from '../../data/validate.js';
import type { Objective, ObjectiveKind, Resolve } from './objective.js';
import { vae } from './vae.js';

const type = 'conditional';

const schema = z
  .strictObject({
    classes: z.int().min(2).describe('How many classes labels have.'),
    objective: z.looseObject({ type: z.string() }).optional(),
  })
  .describe('Labels shown to encoder and decoder (Sohn et al. 2015).');

export interface ConditionalOptions {
  /** How many classes labels have: they are from 0 to classes − 1. */
  readonly classes: number;
  /** What is made small, given the labels; `vae()` when left out. */
  readonly objective?: Objective;
}

/** An objective as plain data: its type beside its options. */
export function objectiveToConfig(objective: Objective): { type: string } {
  return { type: objective.type, ...objective.options };
}

function conditioned(options: ConditionalOptions, name: string): Objective {
  const objective = options.objective ?? vae();
  const checked = validate(schema, { ...options, objective: objectiveToConfig(objective) }, name);
  return { ...objective, type, options: checked, classes: checked.classes };
}

export const conditionalKind: ObjectiveKind<ConditionalOptions> = {
  type,
  schema,
  create: (options) => conditioned(options, type),
  fromConfig(config, name, resolve: Resolve) {
    const { classes, objective } = validate(schema, config, name);
    return conditioned(
      { classes, ...(objective && { objective: resolve(objective, `${name}.objective`) }) },
      name,
    );
  },
};

/**
 * Sohn et al., "Learning Structured Output Representation using Deep Conditional Generative Models"
 * (2015), eq. 4, https://papers.nips.cc/paper/5775: an objective of which both q(z | x, y) and
 * p(x | z, y) see the label y; the prior does not. One-hot labels are appended to the encoder's
 * input and to the latents, as channels that are the same at every position.
 */
export const conditional = (options: ConditionalOptions) => conditionalKind.create(options);
