import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../../base/errors.js';
import { randomStream } from '../../../base/random.js';
import { split } from '../../../data/changes/split.js';
import { type Dataset, fromArray, readRange } from '../../../data/dataset.js';
import { mean } from '../../../graph/index.js';
import { adam, initialize } from '../../../nn/index.js';
import { type Model, parametersOf } from '../../../step/index.js';
import { describeNonFinite, fit } from '../../../training/index.js';
import { booksOf } from '../codebook.js';
import type { FitSources } from '../sampler.js';
import { type Grid, negativeLogLikelihood, type PixelCnnOptions } from './network.js';

/** A part of the examples is held out, to tell when to end. */
const heldOut = 0.1;

/** Fewer examples leave too few that are held out. */
const fewest = 20;

/** The grid of latents [latent, ...positions]: positions of one axis are a row, none are one position. */
export function gridOf(
  latentShape: readonly number[],
  { depth, codes }: Pick<Grid, 'depth' | 'codes'>,
): Grid {
  const [, ...positions] = latentShape;
  if (positions.length > 2) {
    throw new UserError(
      `A PixelCNN draws codes of pictures or sequences, not of ${positions.length} axes. Take the sampler codebook.`,
    );
  }
  const [height, width] = [1, 1, ...positions].slice(-2) as [number, number];
  return { depth, codes, height, width };
}

/** −log p of held-out examples in nats, their mean, by the shares of codes in others, each place by itself. */
function independentNats(train: Float32Array, held: Float32Array, grid: Grid): number {
  const { depth, codes, height, width } = grid;
  const positions = height * width;
  const level = (i: number) => Math.floor(i / positions) % depth;
  // One more of each, so that an unused code is not impossible (Laplace's rule of succession).
  const counts = new Float64Array(depth * codes).fill(1);
  for (const [i, code] of train.entries()) counts[level(i) * codes + code]! += 1;
  const total = train.length / depth + codes;
  let nats = 0;
  for (const [i, code] of held.entries())
    nats -= Math.log(counts[level(i) * codes + code]! / total);
  return (nats * depth * positions) / held.length;
}

/** The codes of a part of the examples. */
async function codesOf(data: Dataset): Promise<Float32Array> {
  return (await readRange(data, 0, data.size)).data as Float32Array;
}

/**
 * A PixelCNN fitted by maximum likelihood to the codes of examples. A tenth of them is held out; the parameters of the
 * epoch that makes it the most likely are kept.
 * @returns the network's tensors, under `pixelCnn.`; `heldOut` [2], −log p of the held-out examples in nats, the mean:
 *   by the network, and by the codes' shares, each place by itself
 * @throws UserError for models without codes, or when there are too few examples
 */
export async function fitPixelCnn(
  { codes: chosen, parameters, latentShape, seed }: FitSources,
  options: PixelCnnOptions,
): Promise<Record<string, Tensor>> {
  const grid = gridOf(latentShape, booksOf(parameters));
  const count = chosen?.dims[0] ?? 0;
  if (!chosen || count < fewest) {
    throw new UserError(
      `A PixelCNN is fitted to the codes of ${fewest} examples or more, not ${count}. Give data with more examples.`,
    );
  }
  const shape = [grid.depth, grid.height, grid.width];
  const values = Float32Array.from(chosen.data as BigInt64Array, Number);
  const { train, validation } = split(fromArray(values, shape, { name: 'codes' }), heldOut, seed);
  const objective: Model['objective'] = ({ images }, scope) => ({
    loss: mean(negativeLogLikelihood(images, grid, options, scope)),
    metrics: {},
  });
  const specs = parametersOf({ images: { shape } }, ({ images }, scope) => {
    return { loss: objective({ images: images! }, scope, () => images!).loss };
  });
  const initial = specs.map(({ name, shape: own, initializer }) => {
    const numbers = initialize(initializer, own, randomStream(seed, `sampler/${name}`));
    return [name, new Tensor('float32', numbers, own)] as const;
  });
  const model: Model = { shape, schedules: {}, objective };
  const {
    best,
    parameters: fitted,
    stopped,
  } = await fit(model, specs, Object.fromEntries(initial), train, {
    epochs: options.epochs,
    batchSize: Math.min(options.batchSize, train.size),
    optimizer: adam({ learningRate: options.learningRate }),
    clipGradients: { norm: 1 },
    validation,
    earlyStopping: { metric: 'val_loss', patience: options.patience },
    keepBest: 'val_loss',
    seed,
  });
  if (stopped?.reason === 'non-finite' || !best) {
    const what = stopped?.reason === 'non-finite' ? describeNonFinite(stopped) : 'Its likelihood';
    throw new UserError(
      `The PixelCNN cannot be fitted to these codes: ${what} was not finite. Take a smaller learningRate, or the sampler codebook.`,
    );
  }
  const alone = independentNats(await codesOf(train), await codesOf(validation), grid);
  const nats = [best.value, alone];
  return { ...fitted, heldOut: new Tensor('float32', nats, [2]) };
}
