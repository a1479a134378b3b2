import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { randomStream } from '../../base/random.js';
import { split } from '../../data/changes/split.js';
import { fromArray } from '../../data/dataset.js';
import { add, mul, split as splitValue, type Value } from '../../graph/index.js';
import { adam, initialize, type LearningRate, type Scope } from '../../nn/index.js';
import { type Model, parametersOf } from '../../step/index.js';
import { describeNonFinite, fit } from '../../training/index.js';
import { type LatentRows, meanOf, rowsOf } from './latent-rows.js';
import type { FitSources } from './sampler.js';

/** A part of the latents is held out, to tell when to end. */
const heldOut = 0.1;

/** Fewer latents leave too few that are held out. */
const fewest = 20;

/** Standard deviations under this share of the largest are taken for it. */
const flattest = 1e-6;

/** A density of latents that is trained, and how. */
export interface TrainedDensity {
  /** Names it in messages: `flow`. */
  readonly noun: string;
  /** −log density of standardized latents z [n, D] in nats, or a bound on it, the mean over them: a scalar. */
  loss(z: Value, scope: Scope): Value;
  readonly epochs: number;
  readonly patience: number;
  readonly batchSize: number;
  readonly learningRate: LearningRate;
}

/**
 * Examples of the latents' distribution, the aggregated posterior: means and standard deviations of the
 * encoder, [N, 2D], both standardized.
 */
function standardized(latents: LatentRows, logVariance: Float32Array) {
  const { rows, count, width } = latents;
  const spread = (i: number) => Math.exp((logVariance[i] ?? Number.NEGATIVE_INFINITY) / 2);
  const center = meanOf(latents);
  const variances = new Float64Array(width);
  rows.forEach((value, i) => {
    const column = i % width;
    variances[column]! += ((value - center[column]!) ** 2 + spread(i) ** 2) / count;
  });
  const least = flattest * Math.sqrt(Math.max(...variances)) || 1;
  const deviations = variances.map((variance) => Math.max(Math.sqrt(variance), least));
  const examples = new Float32Array(2 * rows.length);
  rows.forEach((value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const place = 2 * row * width + column;
    examples[place] = (value - center[column]!) / deviations[column]!;
    examples[place + width] = spread(i) / deviations[column]!;
  });
  return { examples, center, deviations };
}

/**
 * A density fitted to latents by maximum likelihood: to draws of the posterior of each example, anew at every
 * step, or to the points of a deterministic encoder. A tenth of the latents is held out; the parameters of the
 * epoch that makes it the most likely are kept.
 * @returns the density's tensors; `mean` and `deviation` [D], which standardize latents; `heldOut` [1],
 *   the mean log density of the latents that are held out, in nats
 * @throws UserError when there are too few latents, or when they have no density
 */
export async function fitLatents(
  latents: Tensor,
  { logVariance, seed }: FitSources,
  { noun, loss, epochs, patience, batchSize, learningRate }: TrainedDensity,
): Promise<Record<string, Tensor>> {
  const rows = rowsOf(latents);
  const { count, width } = rows;
  if (count < fewest) {
    throw new UserError(
      `A ${noun} is fitted to ${fewest} latents or more, not ${count}. Give data with more examples.`,
    );
  }
  const { examples, center, deviations } = standardized(rows, logVariance.data as Float32Array);
  const data = fromArray(examples, [2 * width], { name: 'latents' });
  const { train, validation } = split(data, heldOut, seed);
  const objective: Model['objective'] = ({ images }, scope) => {
    const [point, spread] = splitValue(images, [width, width], 1);
    const z = add(point!, mul(spread!, scope.normal(point!.shape)));
    return { loss: loss(z, scope), metrics: {} };
  };
  const specs = parametersOf({ images: { shape: [2 * width] } }, ({ images }, scope) => {
    return { loss: objective({ images: images! }, scope, () => images!).loss };
  });
  const initial = specs.map(({ name, shape, initializer }) => {
    const values = initialize(initializer, shape, randomStream(seed, `sampler/${name}`));
    return [name, new Tensor('float32', values, shape)] as const;
  });
  const model: Model = { shape: [2 * width], schedules: {}, objective };
  const { best, parameters, stopped } = await fit(
    model,
    specs,
    Object.fromEntries(initial),
    train,
    {
      epochs,
      batchSize: Math.min(batchSize, train.size),
      optimizer: adam({ learningRate }),
      validation,
      earlyStopping: { metric: 'val_loss', patience },
      keepBest: 'val_loss',
      seed,
    },
  );
  if (stopped?.reason === 'non-finite' || !best) {
    const what = stopped?.reason === 'non-finite' ? describeNonFinite(stopped) : 'Its density';
    throw new UserError(
      `The ${noun} cannot be fitted to these latents: ${what} was not finite. Take a smaller learningRate, or the sampler gaussian.`,
    );
  }
  // The density of latents is the density of standardized ones divided by the deviations.
  const stretched = deviations.reduce((total, each) => total + Math.log(each), 0);
  return {
    ...parameters,
    mean: new Tensor('float32', Float32Array.from(center), [width]),
    deviation: new Tensor('float32', Float32Array.from(deviations), [width]),
    heldOut: new Tensor('float32', [-best.value - stretched], [1]),
  };
}
