import { Tensor } from 'onnxruntime-common';
import { permutation, randomStream } from '../../base/random.js';
import { elementCount } from '../../base/shape.js';
import { type Dataset, readRange } from '../../data/dataset.js';
import type { InputDescription } from '../../data/input.js';
import type { VAE } from '../vae.js';
import { examplesAt, type Factored, factoredOf, type VoteOptions } from './factors/factored.js';
import type { Figure } from './measures/names.js';
import { type PictureLikeness, pictureLikeness } from './pictures.js';

/** Features of examples by another model than the one that is judged. */
export interface FeatureModel {
  /** Names it in the report. */
  readonly name: string;
  /** The changes by which examples are brought into the model's form. @throws UserError when they do not fit */
  describe?(input: InputDescription): string;
  /**
   * @param examples float32 [N, ...input], in the range of the data
   * @returns float32 [N, features]
   */
  featuresOf(examples: Tensor, input: InputDescription): Promise<Tensor>;
}

/** Settings of a judgement. */
interface JudgedSettings {
  readonly samples: number;
  readonly temperatures: number;
  readonly seed: number;
  readonly votes?: { readonly train: number; readonly test: number } | undefined;
  readonly features?: FeatureModel | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options by which a score of codes and factors draws. */
export type ScoreOptions = Pick<VoteOptions, 'votes'> & { readonly seed: number };

/** Features of real and drawn examples. */
export type FeaturePair = readonly [real: Tensor, made: Tensor];

/** The time for the eigenvalues of features grows with the cube of their number: seconds for so many. */
const mostFeatures = 1024;

/** Halves of the examples by which an error is estimated. */
const halves = 10;

/** Rows of features: [N, everything]. */
function flat(tensor: Tensor): Tensor {
  const [count] = tensor.dims as readonly [number];
  return new Tensor('float32', tensor.data as Float32Array, [count, tensor.size / count]);
}

/** The values of examples from 0 to 1, or as they are. */
async function valuesOf(data: Dataset): Promise<Tensor> {
  const { data: values, dims } = await readRange(data, 0, data.size);
  if (data.dtype === 'float32') return new Tensor('float32', values as Float32Array, dims);
  return new Tensor(
    'float32',
    Float32Array.from(values as Uint8Array, (x) => x / 255),
    dims,
  );
}

/** A model and the examples by which it is judged; results that several measures need are computed once. */
export class Judged {
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(
    readonly vae: VAE,
    readonly data: Dataset,
    readonly settings: JudgedSettings,
  ) {}

  /** A result that several measures need. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.kept.get(name) as Promise<T> | undefined;
    const result = known ?? make();
    this.kept.set(name, result);
    return result;
  }

  values(): Promise<Tensor> {
    return this.once('values', () => valuesOf(this.data));
  }

  encoding() {
    return this.once('encoding', () => this.vae.encode(this.data));
  }

  /** The points that stand for examples, [N, latents]. */
  async points(): Promise<Tensor> {
    return flat((await this.encoding()).mean);
  }

  reconstructions(): Promise<Tensor> {
    return this.once('reconstructions', () => this.vae.reconstruct(this.data));
  }

  likeness(): Promise<PictureLikeness> {
    return this.once('likeness', async () =>
      pictureLikeness(await this.values(), await this.reconstructions()),
    );
  }

  /** Drawn examples, as many as there are; of the same labels, where the model sees these. */
  private drawn(): Promise<Tensor> {
    const { vae, data } = this;
    const { seed } = this.settings;
    const labels = vae.classes === undefined ? undefined : Array.from(vae.labelsOf(data)!);
    return this.once('drawn', () => vae.sample(data.size, { seed, labels }));
  }

  /** Features of real and drawn examples, by the names of their kinds. */
  featurePairs(): Promise<Readonly<Record<string, FeaturePair>>> {
    return this.once('features', async () => {
      const { vae } = this;
      const [real, made] = [await this.values(), await this.drawn()];
      const pairs: Record<string, FeaturePair> = {};
      const { features } = this.settings;
      if (features) {
        pairs[features.name] = [
          await features.featuresOf(real, vae.input),
          await features.featuresOf(made, vae.input),
        ];
        return pairs;
      }
      if (elementCount(vae.input.shape) <= mostFeatures) pairs.raw = [flat(real), flat(made)];
      // The encoder of a model that sees labels would tell of these too.
      if (!vae.hasCodes && vae.classes === undefined) {
        pairs.encoder = [await this.points(), flat((await vae.encode(made)).mean)];
      }
      return pairs;
    });
  }

  /** A measure of each pair of features. */
  async byFeatures<T>(
    measure: (pair: FeaturePair, features: string) => T | Promise<T>,
  ): Promise<Readonly<Record<string, T>>> {
    const found: Record<string, T> = {};
    for (const [name, pair] of Object.entries(await this.featurePairs())) {
      found[name] = await measure(pair, name);
    }
    return found;
  }

  /**
   * Scores of all examples, with the standard deviation over ten random halves of them, each with a seed of its
   * own: an estimate of the standard error (the jackknife that leaves out a half; Shao and Wu 1989,
   * https://doi.org/10.1214/aos/1176347263).
   */
  byHalves<Name extends string>(
    name: string,
    score: (
      factored: Factored,
      options: ScoreOptions,
    ) => Readonly<Record<Name, number>> | Promise<Readonly<Record<Name, number>>>,
  ): Promise<Readonly<Record<Name, Figure>>> {
    return this.once(name, async () => {
      const { seed, votes, signal } = this.settings;
      const chosen = votes ? { votes } : {};
      const all = factoredOf(await this.points(), this.data);
      const whole = await score(all, { ...chosen, seed });
      const parts: Readonly<Record<Name, number>>[] = [];
      for (let i = 1; i <= halves; i++) {
        signal?.throwIfAborted();
        const order = permutation(randomStream(seed, 'half', i), all.count);
        const half = examplesAt(all, order.subarray(0, Math.ceil(all.count / 2)));
        parts.push(await score(half, { ...chosen, seed: seed + i }));
      }
      const figureOf = (key: Name) => {
        const own = parts.map((part) => part[key]);
        return { value: whole[key], error: deviationOf(own) };
      };
      return Object.fromEntries(
        (Object.keys(whole) as Name[]).map((key) => [key, figureOf(key)]),
      ) as Record<Name, Figure>;
    });
  }
}

/** The standard deviation of numbers, whose squares are divided by N − 1. */
export function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/** The mean over examples, and its standard error. */
export function meanOf(values: ArrayLike<number>): Required<Pick<Figure, 'value' | 'error'>> {
  const all = Array.from(values);
  const value = all.reduce((sum, each) => sum + each, 0) / all.length;
  return { value, error: deviationOf(all) / Math.sqrt(all.length) };
}
