import { z } from 'zod';
import { validate } from '../../base/settings/validate.js';
import {
  type Objective,
  type ObjectiveKind,
  objectiveToConfig,
  type Resolve,
} from './objective.js';
import { vae } from './vae.js';

const type = 'conditional';

const schema = z
  .strictObject({
    classes: z.int().min(2).describe('How many classes labels have.'),
    classNames: z
      .array(z.string())
      .optional()
      .describe('What pictures call the classes; their numbers when left out.'),
    objective: z.looseObject({ type: z.string() }).optional(),
    encoderLabels: z
      .enum(['vector', 'channels'])
      .optional()
      .describe(
        'How the encoder sees labels: as a vector after the flattened example, or as channels that are the same at every position; when left out, the vector where the first layer flattens.',
      ),
  })
  .describe('Labels shown to encoder and decoder (Sohn et al. 2015).');

export interface ConditionalOptions {
  /** Number of classes of labels, which are from 0 to classes − 1. */
  readonly classes: number;
  /** The name of class i at place i, for pictures. */
  readonly classNames?: readonly string[] | undefined;
  /** The objective given the labels; `vae()` when left out. */
  readonly objective?: Objective;
  /**
   * Way in which the encoder sees labels: as a `vector` after the flattened example, or as `channels`
   * that are the same at every position. When left out, the vector where the encoder's first layer
   * flattens (dense, flatten), which tells a dense layer all with fewer weights; channels for others,
   * such as convolutions.
   */
  readonly encoderLabels?: 'vector' | 'channels' | undefined;
}

function conditioned(options: ConditionalOptions, name: string): Objective {
  const objective = options.objective ?? vae();
  const checked = validate(schema, { ...options, objective: objectiveToConfig(objective) }, name);
  const { classes, classNames, encoderLabels } = checked;
  return {
    ...objective,
    type,
    options: checked,
    classes,
    ...(classNames && { classNames }),
    ...(encoderLabels && { encoderLabels }),
  };
}

/**
 * Sohn et al., "Learning Structured Output Representation using Deep Conditional Generative Models"
 * (2015), eq. 4, https://papers.nips.cc/paper/5775: an objective whose q(z | x, y) and p(x | z, y) see the
 * label y; the prior does not. One-hot labels are appended to the latents and to the encoder's input
 * (`encoderLabels`).
 */
export const conditional = Object.assign(
  (options: ConditionalOptions) => conditioned(options, type),
  {
    type,
    schema,
    fromConfig(config: unknown, name: string, resolve: Resolve) {
      const { objective, ...options } = validate(schema, config, name);
      return conditioned(
        { ...options, ...(objective && { objective: resolve(objective, `${name}.objective`) }) },
        name,
      );
    },
  },
) satisfies ObjectiveKind;
