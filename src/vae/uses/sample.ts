import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { randomStream } from '../../base/random.js';
import type { Dataset } from '../../data/dataset.js';
import type { Values } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { BuiltModel } from '../model/built.js';
import type { ImageOptions, Present } from '../model/engine.js';
import type { Labels } from '../model/labels.js';
import type { Sampler, Tensors } from '../samplers/index.js';
import { decoding, encode } from './infer.js';

/** A sampler that was fitted to a model's latents. */
export interface FittedSampler {
  readonly sampler: Sampler;
  /** The tensors that it was fitted to, by name; empty where nothing is fitted. */
  readonly tensors: Tensors;
}

/** How images are drawn. */
export interface SampleOptions extends ImageOptions {
  /** Decides the draws; the model's seed when left out. */
  readonly seed?: number;
  /** For models that see labels: of all the images; each class in turn when left out. */
  readonly label?: number;
  /** The same, of each image: `count` of them. */
  readonly labels?: Labels | undefined;
  /**
   * Whether each example is a draw from p(x | z) in the place of its mean. When left out it is for rows
   * of a table, whose means would all lack the spread of their columns.
   */
  readonly draw?: boolean | undefined;
}

/** The likelihood's draws as a function of latents. */
const drawing =
  ({ network }: BuiltModel) =>
  ({ z, label }: Values, scope: Scope): Values => ({
    image: network.drawnImage({ z: z!, labels: label }, scope),
  });

/** The labels of draws: those that are given, or each class in turn. */
function labelsOfDraws(
  count: number,
  classes: number | undefined,
  { label, labels }: SampleOptions,
): Labels | undefined {
  if (labels || (classes === undefined && label === undefined)) return labels;
  const inTurn = (i: number) => (classes === undefined ? 0 : i % classes);
  return Array.from({ length: count }, (_, i) => label ?? inTurn(i));
}

/** Images of latents that a sampler draws; the prior where none was fitted. */
export async function sample(
  { engine, model, tensors }: Present,
  count: number,
  options: SampleOptions,
  fitted: FittedSampler | undefined,
): Promise<Tensor> {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UserError(`sample takes a whole number of images from 1, not ${count}.`);
  }
  const { bottleneck, classes, type } = model.objective;
  const sampler = fitted?.sampler ?? bottleneck.prior;
  if (!sampler) {
    throw new UserError(
      `The objective ${type} has no prior to draw from. Fit a sampler to its latents, as by fitSampler(samplers.gaussian(), data), or train with another one, such as vae.`,
    );
  }
  const isTable = model.input.kind === 'table';
  const { seed = model.config.seed, draw = isTable, shrink } = options;
  const shape = [count, ...model.latentShape];
  const z = new Tensor(
    'float32',
    sampler.draw(shape, {
      stream: randomStream(seed, 'sample'),
      parameters: tensors,
      fitted: fitted?.tensors ?? {},
    }),
    shape,
  );
  const labels = labelsOfDraws(count, classes, options);
  return draw
    ? engine.mapLatents(tensors, 'draw', z, labels, drawing(model), {
        shrink,
        stream: { seed, name: 'draw', step: 0 },
      })
    : engine.mapLatents(tensors, 'decode', z, labels, decoding(model), { shrink });
}

/** A sampler fitted to the points that stand for a dataset's examples. */
export async function fitSampler(
  present: Present,
  sampler: Sampler,
  data: Dataset,
): Promise<FittedSampler> {
  if (!sampler.fit) return { sampler, tensors: {} };
  const { mean } = await encode(present, data, {});
  return { sampler, tensors: await sampler.fit(mean) };
}
