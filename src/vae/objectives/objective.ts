import type { z } from 'zod';
import { validate } from '../../base/settings/validate.js';
import type { Value } from '../../graph/index.js';
import type { Layer, Schedule, Scope } from '../../nn/index.js';
import type { Player, Terms } from '../../step/index.js';
import type { Bottleneck, Draws } from '../bottlenecks/index.js';

/** A batch inside the network, as an objective sees it. */
export interface ObjectiveContext<Encoding = unknown> {
  /** The batch as the bottleneck has encoded it. */
  readonly encoding: Encoding;
  /** The examples as the likelihood sees them: [batch, ...input]. */
  examples(): Value;
  /** Latents to decode, one an example: [batch, ...]. The noise is in it. */
  sample(): Value;
  /** Several latents an example with their densities, for bottlenecks that have them. */
  draws(count: number): Draws;
  /** −log p(x | z) in nats of each example, [batch], for latents [batch, ...]. */
  negativeLogLikelihood(z: Value): Value;
  /** The same for several latents an example, [batch, count, ...latent]: [batch, count]. */
  negativeLogLikelihoods(z: Value): Value;
  /** Decoded examples, the mean of p(x | z): [batch, ...input]. */
  decode(z: Value): Value;
  /** The decoder's trained tensors; only once something is decoded. */
  decoderWeights(): readonly Value[];
  /** Draws from the prior N(0, I), of the shape of z. */
  prior(z: Value): Value;
  /** A number that may change from step to step, a scalar; by its name in `schedules`. */
  schedule(name: string): Value;
  /** Number of examples of the data, a scalar. */
  datasetSize(): Value;
  /**
   * The output of a network of the objective's own, such as a discriminator.
   * @param path names its parameters: `discriminator.0.weight`; the same path is the same network
   */
  network(path: string, layers: readonly Layer[], x: Value): Value;
  /** Gives parameters and noise of the objective's own, by their paths. */
  readonly scope: Scope;
}

/** The loss that training makes small: plain data, and a function of a batch. */
export interface Objective<Encoding = unknown> {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Turns features into latents. */
  readonly bottleneck: Bottleneck<Encoding>;
  /** Numbers that `terms` asks for by name. */
  readonly schedules: Readonly<Record<string, number | Schedule>>;
  /** Number of classes of labels, for objectives that show them to encoder and decoder. */
  readonly classes?: number;
  /** Name of class i at place i, for these objectives. */
  readonly classNames?: readonly string[];
  /**
   * Way in which the encoder sees them, for these objectives (`conditional`); by its first layer
   * when left out.
   */
  readonly encoderLabels?: 'vector' | 'channels';
  /** The players beside `model`, which owns all other parameters. */
  readonly players?: readonly Player[];
  /**
   * The loss and its terms, each a mean over the batch; one is `reconstruction`, in nats. Players
   * beside `model` get a loss each.
   */
  terms(context: ObjectiveContext<Encoding>): Terms;
}

/** Builds the objective that plain data describes. */
export type Resolve = (config: unknown, name: string) => Objective;

/** An objective as plain data: its type beside its options. */
export function objectiveToConfig(objective: Objective): { type: string } {
  return { type: objective.type, ...objective.options };
}

/** A kind of objective that config files can name. */
export interface ObjectiveKind {
  readonly type: string;
  /** The options beside `type`. */
  readonly schema: z.ZodObject;
  /**
   * The objective that plain data describes.
   * @param name where the data stands, for messages
   * @param resolve builds objectives inside this one
   */
  fromConfig(options: unknown, name: string, resolve: Resolve): Objective;
}

/**
 * Describes a kind of objective once: its name, its options and its terms.
 * @returns the function for users, which is the kind too
 */
export function defineObjective<Schema extends z.ZodObject, Encoding>(
  type: string,
  schema: Schema,
  build: (
    options: z.output<Schema>,
  ) => Pick<Objective<Encoding>, 'bottleneck' | 'schedules' | 'players' | 'terms'>,
): ((options?: z.input<Schema>) => Objective) & ObjectiveKind {
  const fromConfig = (given: unknown, name: string): Objective => {
    const options = validate(schema, given, name);
    return { type, options, ...build(options) };
  };
  return Object.assign((options = {} as z.input<Schema>) => fromConfig(options, type), {
    type,
    schema,
    fromConfig,
  });
}
