import type { Tensor } from 'onnxruntime-common';
import type { z } from 'zod';
import type { RandomStream } from '../../base/random.js';
import { validate } from '../../base/settings/validate.js';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A trained model, as far as samplers need it. */
export interface SamplerModel {
  /** Its tensors by name. */
  readonly parameters: Tensors;
  /** Shape of one example's latents. */
  readonly latentShape: readonly number[];
  /** Decides all randomness of a fit. */
  readonly seed: number;
  /**
   * The outputs of the encoder by name, such as `mean` and `log_variance`, for examples [N, ...input] as float32.
   * @throws UserError for models that see labels
   */
  encode(examples: Tensor): Promise<Tensors>;
  /** The same for inputs of the encoder's layers that are no examples: [N, ...input as they see it]. */
  encodePseudoInputs(inputs: Tensor): Promise<Tensors>;
  /** Decoded latents [N, ...latent]: [N, ...input]. @throws UserError for models that see labels */
  decode(z: Tensor): Promise<Tensor>;
}

/** Latents to fit a sampler to, and the model that they are of. */
export interface FitSources extends SamplerModel {
  /** Uncertainty of the encoder about the latents, of their shape; −Infinity where there is none. */
  readonly logVariance: Tensor;
  /** Codes of models with a codebook, int64 [N, ...positions], or [N, depth, ...positions]. */
  readonly codes?: Tensor | undefined;
}

/** The sources of a draw. */
export interface DrawSources {
  /** Decides the draw. */
  readonly stream: RandomStream;
  /** The model's tensors by name. */
  readonly parameters: Tensors;
  /** The tensors that `fit` or `prepare` gave; empty for samplers without. */
  readonly fitted: Tensors;
  /** The model's own prior, where it has one. */
  readonly prior?: Sampler | undefined;
}

/** Draws latents on the host: a prior, or a distribution fitted to a trained model's latents. */
export interface Sampler {
  readonly type: string;
  /** The options that `type` is built from, as in `config.json`. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Fits the sampler to the latents of a trained model; missing where there is nothing to fit.
   * @param latents float32 [N, ...latent]: the points that stand for examples
   * @param sources the rest of the encoding, and the model
   * @returns tensors that a run keeps with the model, by name
   * @throws UserError when there are too few, or when they are of a form that it cannot be fitted to
   */
  fit?(latents: Tensor, sources: FitSources): Promise<Record<string, Tensor>>;
  /** Tells a person of a fit, by its tensors: `12 components`. */
  describe?(fitted: Tensors): string;
  /** Tensors that draws need and that follow from the model alone; they come to `draw` as `fitted`. */
  prepare?(model: SamplerModel): Promise<Record<string, Tensor>>;
  /**
   * Latents one after another.
   * @param shape of all of them: [count, ...latent]
   */
  draw(shape: readonly number[], sources: DrawSources): Float32Array | Promise<Float32Array>;
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
  build: (options: z.output<Schema>) => Pick<Sampler, 'fit' | 'describe' | 'prepare' | 'draw'>,
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
