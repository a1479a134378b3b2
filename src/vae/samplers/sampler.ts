import type { Tensor } from 'onnxruntime-common';
import type { z } from 'zod';
import type { RandomStream } from '../../base/random.js';
import { validate } from '../../base/settings/validate.js';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** The sources of a draw. */
export interface DrawSources {
  /** Decides the draw. */
  readonly stream: RandomStream;
  /** The model's tensors by name. */
  readonly parameters: Tensors;
  /** The tensors that `fit` gave; empty for samplers that are not fitted. */
  readonly fitted: Tensors;
}

/** Draws latents on the host: a prior, or a distribution fitted to a trained model's latents. */
export interface Sampler {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Fits the sampler to the latents of a trained model; missing where there is nothing to fit.
   * @param latents float32 [N, ...latent]: the points that stand for examples
   * @returns tensors that a run keeps with the model, by name
   * @throws UserError when there are too few, or when they are of a form that it cannot be fitted to
   */
  fit?(latents: Tensor): Promise<Record<string, Tensor>>;
  /**
   * Latents one after another.
   * @param shape of all of them: [count, ...latent]
   */
  draw(shape: readonly number[], sources: DrawSources): Float32Array;
}

/** A kind of sampler that options and config files can name. */
export interface SamplerKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** @throws UserError when an option is wrong */
  create(options: z.input<Schema>): Sampler;
}

/**
 * Describes a kind of sampler once: its name, its options and its functions.
 * @returns the function for users, which is the kind too
 */
export function defineSampler<Schema extends z.ZodObject>(
  type: string,
  schema: Schema,
  build: (options: z.output<Schema>) => Pick<Sampler, 'fit' | 'draw'>,
): ((options?: z.input<Schema>) => Sampler) & SamplerKind<Schema> {
  const create = (given: z.input<Schema>): Sampler => {
    const options = validate(schema, given, type);
    return { type, options, ...build(options) };
  };
  return Object.assign((options = {} as z.input<Schema>) => create(options), {
    type,
    schema,
    create,
  });
}
