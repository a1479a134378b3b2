import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { type RandomStream, randomStream } from '../../base/random.js';
import type { Dataset } from '../../data/dataset.js';
import type { RowConditions } from '../../data/tables/columns/where.js';
import type { Values } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { CompiledFunction } from '../../step/index.js';
import type { BuiltModel } from '../model/built.js';
import { callSize, type ImageOptions, type Present } from '../model/engine.js';
import type { Labels } from '../model/labels.js';
import type { Sampler, SamplerModel, Tensors } from '../samplers/index.js';
import { decode, decoding, encode, encoding } from './infer.js';

/** A sampler that was fitted to a model's latents. */
export interface FittedSampler {
  readonly sampler: Sampler;
  /** The tensors that it was fitted to, by name; empty where nothing is fitted. */
  readonly tensors: Tensors;
}

/** Options for drawing images. */
export interface SampleOptions extends ImageOptions {
  /** Decides the draws; the model's seed when left out. */
  readonly seed?: number;
  /** Label of all the images, for models that see labels; each class in turn when left out. */
  readonly label?: number;
  /** The same, of each image: `count` of them. */
  readonly labels?: Labels | undefined;
  /**
   * Tells whether each example is a draw from p(x | z) in the place of its mean. When left out it is
   * for rows of a table, whose means would all lack the spread of their columns.
   */
  readonly draw?: boolean | undefined;
  /**
   * Conditions of rows of a table: `{ species: 'Adelie', age: { from: 40 } }`. Rows are drawn until enough of
   * them meet the conditions: draws of the distribution under the conditions.
   */
  readonly where?: RowConditions | undefined;
}

/** Rows that are drawn at first and at most at once, for conditions. */
const [fewestAtOnce, mostAtOnce] = [4096, 65_536];

/** Rows after which no more are drawn: so many in all, and so many for each that is wanted. */
const [fewestDrawn, mostDrawn] = [1_000_000, 1000];

/** Calls of the runtime that a step of draws takes, at most: their noise has steps of its own. */
const mostCalls = 2 ** 20;

/** The likelihood's draws as a function of latents. */
export const drawing =
  ({ network }: BuiltModel) =>
  ({ z, label }: Values, scope: Scope): Values => ({
    image: network.drawnImage({ z: z!, labels: label }, scope),
  });

/** The labels of draws: the given ones, or each class in turn. */
function labelsOfDraws(
  count: number,
  classes: number | undefined,
  { label, labels }: SampleOptions,
): Labels | undefined {
  if (labels || (classes === undefined && label === undefined)) return labels;
  const inTurn = (i: number) => (classes === undefined ? 0 : i % classes);
  return Array.from({ length: count }, (_, i) => label ?? inTurn(i));
}

/** A model as samplers see it. */
function samplerModel(present: Present): SamplerModel {
  const { engine, model, tensors } = present;
  const requireNoLabels = () => {
    if (model.objective.classes === undefined) return;
    throw new UserError(
      'This sampler needs a model that sees no labels. Choose another one, such as gaussian.',
    );
  };
  return {
    parameters: tensors,
    latentShape: model.latentShape,
    seed: model.config.seed,
    async encode(examples) {
      requireNoLabels();
      return engine.mapAll(tensors, 'encode', examples, undefined, encoding(model));
    },
    encodePseudoInputs: (inputs) =>
      engine.functions.use(
        'encodePseudoInputs',
        () =>
          CompiledFunction.compile(
            { inputs: { shape: inputs.dims.slice(1) } },
            ({ inputs: given }, scope) =>
              model.objective.bottleneck.outputs(model.network.encodePseudoInputs(given!, scope)),
          ),
        (compiled) => compiled.map(tensors, { inputs }, callSize),
      ),
    async decode(z) {
      requireNoLabels();
      return decode(present, z, {});
    },
  };
}

/** Draws latents of a sampler. @param fitted the tensors that it was fitted to */
export async function drawingFrom(
  present: Present,
  sampler: Sampler,
  fitted: Tensors = {},
): Promise<(shape: readonly number[], stream: RandomStream) => Promise<Float32Array>> {
  const parameters = present.tensors;
  const { prior } = present.model.objective.bottleneck;
  const prepared = (await sampler.prepare?.(samplerModel(present))) ?? {};
  return async (shape, stream) =>
    sampler.draw(shape, { stream, parameters, fitted: { ...prepared, ...fitted }, prior });
}

/** Draws of `count` examples; each step of a seed gives others. */
type Drawing = (count: number, step: number) => Promise<Tensor>;

/** @throws UserError when there is no sampler to draw latents by */
function drawingOf(
  present: Present,
  options: SampleOptions,
  fitted: FittedSampler | undefined,
): Drawing {
  const { engine, model, tensors } = present;
  const { bottleneck, classes, type } = model.objective;
  const sampler = fitted?.sampler ?? bottleneck.prior;
  if (!sampler) {
    throw new UserError(
      `The objective ${type} has no prior to draw from. Fit a sampler to its latents, as by fitSampler(samplers.gaussian(), data), or train with another one, such as vae.`,
    );
  }
  const isTable = model.input.kind === 'table';
  const { seed = model.config.seed, draw = isTable, shrink } = options;
  let latentsOf: ReturnType<typeof drawingFrom> | undefined;
  return async (count, step) => {
    const shape = [count, ...model.latentShape];
    latentsOf ??= drawingFrom(present, sampler, fitted?.tensors);
    const latents = await (await latentsOf)(shape, randomStream(seed, 'sample', step));
    const z = new Tensor('float32', latents, shape);
    const labels = labelsOfDraws(count, classes, options);
    const stream = { seed, name: 'draw', step: step * mostCalls };
    const { image } = draw
      ? await engine.mapLatents(tensors, 'draw', z, labels, drawing(model), { shrink, stream })
      : await engine.mapLatents(tensors, 'decode', z, labels, decoding(model), { shrink });
    return image!;
  };
}

/**
 * Rows that meet conditions, out of many that are drawn: exact draws of p(x | the conditions), by
 * rejection (von Neumann 1951). The rarer such rows, the more are drawn.
 * @throws UserError when too few rows meet them, out of the most that are drawn
 */
async function drawWhere(
  { model }: Present,
  count: number,
  { where, labels }: SampleOptions,
  draw: Drawing,
): Promise<Tensor> {
  const { columns } = model.input;
  if (!columns) {
    throw new UserError(
      `Conditions are for rows of tables, and the model's examples are of the kind ${model.input.kind}. Leave where out.`,
    );
  }
  if (labels) throw new UserError('where and labels exclude each other. Give one of them.');
  const { rowTest } = await import('../../data/tables/columns/where.js');
  const test = await rowTest(columns, where!);
  const width = model.input.shape[0]!;
  const found = new Float32Array(count * width);
  let [kept, drawn] = [0, 0];
  for (let step = 0; kept < count; step++) {
    if (drawn >= Math.max(fewestDrawn, mostDrawn * count)) {
      throw new UserError(
        `Of ${drawn} rows that were drawn, ${kept} are as they are wanted, where ${count} were asked for. Ask for fewer, or for conditions that more rows meet.`,
      );
    }
    const size = Math.min(mostAtOnce, fewestAtOnce << step);
    const { data } = (await draw(size, step)) as { data: Float32Array };
    for (let row = 0; row < size && kept < count; row++) {
      if (!test(data, row * width)) continue;
      found.set(data.subarray(row * width, (row + 1) * width), kept * width);
      kept += 1;
    }
    drawn += size;
  }
  return new Tensor('float32', found, [count, width]);
}

/** Examples of latents that a sampler draws; the prior where none was fitted. */
export async function sample(
  present: Present,
  count: number,
  options: SampleOptions,
  fitted: FittedSampler | undefined,
): Promise<Tensor> {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UserError(`sample takes a whole number of images from 1, not ${count}.`);
  }
  const draw = drawingOf(present, options, fitted);
  return options.where ? drawWhere(present, count, options, draw) : draw(count, 0);
}

/** A sampler fitted to the points that stand for a dataset's examples. */
export async function fitSampler(
  present: Present,
  sampler: Sampler,
  data: Dataset,
): Promise<FittedSampler> {
  if (!sampler.fit) {
    // A prior of another model is refused here, and not when the run has it.
    const draw = await drawingFrom(present, sampler);
    await draw([1, ...present.model.latentShape], randomStream(0, 'sample'));
    return { sampler, tensors: {} };
  }
  const { mean, logVariance, codes } = await encode(present, data, {});
  const tensors = await sampler.fit(mean, { ...samplerModel(present), logVariance, codes });
  return { sampler, tensors };
}
