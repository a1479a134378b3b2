import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import { subset } from '../../data/changes/split.js';
import { placesOfSpread } from '../../data/changes/spread.js';
import { type Dataset, readRange } from '../../data/dataset.js';
import type { VAE } from '../vae.js';
import { type Disentanglement, disentanglement } from './disentanglement.js';
import { frechetDistance } from './frechet.js';
import { type Estimate, kernelDistance } from './kernel-distance.js';
import { type LikelihoodJudgement, likelihoodOf } from './likelihood.js';
import { type MeanOfExamples, meanOf } from './mean.js';
import { type Neighbours, neighbours } from './neighbours.js';
import { pictureLikeness, smallestSide } from './pictures.js';

/** How a model is judged. */
export interface JudgeOptions {
  /** Examples that are judged, spread over the data; 1000 when left out, or all there are. */
  readonly count?: number;
  /** Draws of the posterior by which log p(x) is estimated; 100 when left out. */
  readonly samples?: number;
  /**
   * Temperatures by which log p(x) is also estimated by annealed importance sampling, 200 decodings of an example and their
   * gradients each; none when left out.
   */
  readonly temperatures?: number;
  /** Decides all draws; the model's seed when left out. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** How far drawn examples are from those of the data, by features of both. */
export interface Distances extends Neighbours {
  readonly frechet: number;
  readonly kernel: Estimate;
}

/** A model judged by data. What its kind does not have is left out. */
export interface Judgement {
  /** Examples that were judged; as many were drawn. */
  readonly examples: number;
  readonly likelihood?: LikelihoodJudgement;
  /** Latents whose posterior mean varies by more than 0.01 over examples (Burda et al. 2016, §5.1). */
  readonly activeLatents?: { readonly active: number; readonly of: number };
  /** Likeness of reconstructions from the posterior's mean. PSNR is in decibels. */
  readonly reconstruction: {
    readonly squaredError: MeanOfExamples;
    readonly psnr?: MeanOfExamples;
    readonly ssim?: MeanOfExamples;
    /** By so many scales, for pictures that have more than one. */
    readonly msSsim?: MeanOfExamples & { readonly scales: number };
  };
  /**
   * Distances of drawn examples, by their values as they are (where there are no more than 1024), and by the means that the
   * model's own encoder gives. Neither is the FID, which takes the features of Inception.
   */
  readonly drawn?: { readonly raw?: Distances; readonly encoder?: Distances };
  readonly disentanglement?: Disentanglement;
}

/** The time for the eigenvalues of features grows with the cube of their number: seconds for so many. */
const mostFeatures = 1024;

/** A subset of the kernel distance is this part of the examples, so that subsets differ. */
const kernelParts = 4;

const activeVariance = 0.01;

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

/** The mean squared difference of each example. */
function squaredErrors(a: Tensor, b: Tensor): Float32Array {
  const [count] = a.dims as readonly [number];
  const width = a.size / count;
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  return Float32Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = i * width; j < (i + 1) * width; j++) sum += (x[j]! - y[j]!) ** 2;
    return sum / width;
  });
}

async function reconstructionOf(vae: VAE, data: Dataset, values: Tensor) {
  const made = await vae.reconstruct(data);
  const squaredError = meanOf(squaredErrors(values, made));
  const [, height = 0, width = 0] = vae.input.shape;
  const isUnit = vae.input.kind === 'image' && vae.input.range?.join() === '0,1';
  if (!isUnit || Math.min(height, width) < smallestSide) return { squaredError };
  const { psnr, ssim, msSsim, scales } = pictureLikeness(values, made);
  return {
    squaredError,
    psnr: meanOf(psnr),
    ssim: meanOf(ssim),
    ...(scales > 1 && { msSsim: { ...meanOf(msSsim), scales } }),
  };
}

async function distances(real: Tensor, made: Tensor, seed: number): Promise<Distances> {
  const [a, b] = [flat(real), flat(made)];
  const subsetSize = Math.max(2, Math.floor(a.dims[0]! / kernelParts));
  return {
    frechet: await frechetDistance(a, b),
    kernel: kernelDistance(a, b, { seed, subsets: 20, subsetSize }),
    ...neighbours(a, b),
  };
}

/** The posterior's means of examples; undefined where examples are no points of a latent space. */
async function pointsOf(vae: VAE, examples: Tensor | Dataset): Promise<Tensor | undefined> {
  if (vae.hasCodes) return undefined;
  return (await vae.encode(examples)).mean;
}

async function drawnOf(
  vae: VAE,
  { values, points }: { readonly values: Tensor; readonly points: Tensor | undefined },
  labels: readonly number[] | undefined,
  seed: number,
): Promise<Judgement['drawn']> {
  if (!vae.hasPrior || vae.input.kind === 'table') return undefined;
  const isWide = elementCount(vae.input.shape) > mostFeatures;
  const made = await vae.sample(values.dims[0]!, { seed, labels });
  // The encoder of a model that sees labels would tell of these too.
  const again = points && !labels ? (await pointsOf(vae, made))! : undefined;
  return {
    ...(isWide ? {} : { raw: await distances(values, made, seed) }),
    ...(points && again ? { encoder: await distances(points, again, seed) } : {}),
  };
}

/**
 * Judges a model by data: its likelihood, its latents, its reconstructions, and the examples that it draws.
 * Rows of a table that are drawn are judged by `measureQuality`.
 * @param data that the model was not trained on
 * @throws UserError when data does not fit the model, or there are fewer than six examples
 */
export async function judge(
  vae: VAE,
  data: Dataset,
  options: JudgeOptions = {},
): Promise<Judgement> {
  const { count = 1000, samples = 100, temperatures = 0, seed = vae.config.seed, signal } = options;
  const chosen = subset(data, placesOfSpread(data, count));
  const values = await valuesOf(chosen);
  const points = await pointsOf(vae, chosen);
  const labels = vae.classes === undefined ? undefined : Array.from(vae.labelsOf(chosen)!);
  const drawing = { seed, ...(signal && { signal }) };
  const drawn = await drawnOf(vae, { values, points }, labels, seed);
  return {
    examples: chosen.size,
    ...(vae.hasBound && {
      likelihood: await likelihoodOf(vae, chosen, { samples, temperatures, ...drawing }),
    }),
    ...(points && { activeLatents: activeOf(points) }),
    reconstruction: await reconstructionOf(vae, chosen, values),
    ...(drawn && { drawn }),
    ...(chosen.factors && points && { disentanglement: disentanglement(points, chosen, { seed }) }),
  };
}

function activeOf({ data, dims }: Tensor): NonNullable<Judgement['activeLatents']> {
  const [count, of] = dims as readonly [number, number];
  const values = data as Float32Array;
  let active = 0;
  for (let j = 0; j < of; j++) {
    let [sum, squares] = [0, 0];
    for (let i = j; i < count * of; i += of) sum += values[i]!;
    for (let i = j; i < count * of; i += of) squares += (values[i]! - sum / count) ** 2;
    if (squares / count > activeVariance) active += 1;
  }
  return { active, of };
}
