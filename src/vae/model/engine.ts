import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../data/dataset.js';
import type { DataDescription } from '../../data/description.js';
import { isPicture } from '../../data/input.js';
import type { Values } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { shrunkTensor } from '../../report/images.js';
import {
  type Batch,
  CompiledFunction,
  type InputSpecs,
  KeptFunctions,
  type ModelFunction,
  type NoiseStream,
  type Part,
  paysToFix,
  Whole,
} from '../../step/index.js';
import type { Tensors } from '../samplers/index.js';
import type { BuiltModel } from './built.js';
import { checkCount, checkImages } from './checks.js';
import { type Examples, isDataset, piecesOf } from './examples.js';
import { type Labels, labelFeed } from './labels.js';

/** Examples in one call of the runtime, where calls decide the noise. */
export const callSize = 256;

/** The most of them elsewhere: of small examples the runtime computes more at a time in less time. */
const largeCallSize = 1024;

/** Examples in one call, at most. */
const callSizeOf = ({ stream }: CarryOptions) => (stream ? callSize : largeCallSize);

/** Compiled functions that a model keeps: more than one of each kind; and such with parameters inside. */
const mostFunctions = 16;
const mostFixed = 2;

/** Options for giving decoded images. */
export interface ImageOptions {
  /**
   * A whole number that divides the images' sides, by means over squares of pixels: so a sheet of many large
   * images takes little memory. 1 when left out. Examples that are no images stay as they are.
   */
  readonly shrink?: number | undefined;
}

/** Options for carrying a function through examples. */
export interface CarryOptions extends ImageOptions {
  /** The random numbers of a function that draws noise; calls count its steps. */
  readonly stream?: NoiseStream;
  /** Examples in one call of the runtime, at most. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  /** Part that the examples are, where they are some of many. */
  readonly part?: Part | undefined;
  /** Number of times that each batch is taken, one time after another, with noise of its own. */
  readonly times?: number;
}

/** A function of a batch of examples inside a program. */
export type ExampleFunction = (batch: Batch, scope: Scope) => Values;

/** A model, its tensors at the moment of a call, and the engine that computes with them. */
export interface Present {
  readonly model: BuiltModel;
  readonly engine: Engine;
  readonly tensors: Tensors;
  /** Facts of the data that it was trained on, if it was. */
  readonly trainedOn?: DataDescription | undefined;
}

/**
 * Carries examples through functions of a model: compiles each once, checks and reads the examples, and
 * computes them in calls of the runtime.
 */
export class Engine {
  readonly functions = new KeptFunctions(mostFunctions);
  private readonly fixed = new KeptFunctions(mostFixed);
  /** Numbers of tensors that are inside of functions. */
  private readonly versions = new WeakMap<Tensors, number>();
  private lastVersion = 0;

  constructor(private readonly model: BuiltModel) {}

  /**
   * A function of examples in memory.
   * @param name names it; two functions of one name are the same
   * @returns tensors [N, ...] by name
   * @throws UserError when the examples or their labels do not fit the model
   */
  async mapExamples(
    tensors: Tensors,
    name: string,
    { images, labels }: Examples,
    build: ExampleFunction,
    options: CarryOptions = {},
  ): Promise<Record<string, Tensor>> {
    const { model } = this;
    const dtype = checkImages(images, model.input);
    const feed = labelFeed(labels, images.dims[0]!, model.objective.classes);
    const inside: ModelFunction = (inputs, scope) => build(model.batchOf(inputs), scope);
    const inputs = { image: images, ...feed };
    const specs = model.exampleSpecs(dtype);
    return this.map(tensors, `${name}/${dtype}`, specs, inside, inputs, options);
  }

  /** A function of inputs [N, ...], with parameters inside where that is faster. */
  private map(
    tensors: Tensors,
    name: string,
    specs: InputSpecs,
    build: ModelFunction,
    inputs: Tensors,
    options: CarryOptions,
  ): Promise<Record<string, Tensor>> {
    const { batchSize = callSizeOf(options), stream, signal, part, times } = options;
    const each = this.shrinking(options.shrink);
    const mapped = (compiled: CompiledFunction) =>
      compiled.map(tensors, inputs, batchSize, { stream, signal, each, part, times });
    // The whole decides, so that results do not depend on calls before.
    const count = part?.whole.count ?? Object.values(inputs)[0]!.dims[0]!;
    return this.functions.use(
      name,
      () => CompiledFunction.compile(specs, build),
      (compiled) => {
        if (!paysToFix(compiled.work, count)) return mapped(compiled);
        const compile = () => CompiledFunction.compile(specs, build, tensors);
        return this.fixed.use(`${name}/${this.versionOf(tensors)}`, compile, mapped);
      },
    );
  }

  private versionOf(tensors: Tensors): number {
    const version = this.versions.get(tensors) ?? ++this.lastVersion;
    this.versions.set(tensors, version);
    return version;
  }

  /**
   * The same of a tensor of examples, or of a whole dataset, which is read piece by piece.
   * @param labels of the examples; a dataset's own when left out
   */
  async mapAll(
    tensors: Tensors,
    name: string,
    given: Tensor | Dataset,
    labels: Labels | undefined,
    build: ExampleFunction,
    options: CarryOptions = {},
  ): Promise<Record<string, Tensor>> {
    const { config, objective } = this.model;
    const known = { shape: config.input, classes: objective.classes };
    const { stream } = options;
    if (!isDataset(given)) {
      return this.mapExamples(tensors, name, { images: given, labels }, build, options);
    }
    const whole = new Whole(given.size);
    for await (const { start, ...piece } of piecesOf(given, labels, known, stream && callSize)) {
      options.signal?.throwIfAborted();
      const from = stream && { ...stream, step: stream.step + Math.ceil(start / callSize) };
      const own = { ...options, part: { whole, from: start }, ...(from ? { stream: from } : {}) };
      await this.mapExamples(tensors, name, piece, build, own);
    }
    return whole.tensors;
  }

  /** A function of latents that fit the model. @returns tensors [N, ...] by name */
  async mapLatents(
    tensors: Tensors,
    name: string,
    z: Tensor,
    labels: Labels | undefined,
    build: ModelFunction,
    options: CarryOptions = {},
  ): Promise<Record<string, Tensor>> {
    const feed = labelFeed(labels, z.dims[0]!, this.model.objective.classes);
    return this.map(tensors, name, this.model.latentSpecs(), build, { z, ...feed }, options);
  }

  /**
   * Makes decoded images smaller; undefined where they stay as they are.
   * @throws UserError when it is not by a whole number from 1
   */
  private shrinking(by = 1) {
    checkCount('shrink', by);
    if (by === 1 || !isPicture(this.model.input)) return undefined;
    return (outputs: Record<string, Tensor>) =>
      Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, shrunkTensor(tensor, by)]),
      );
  }

  /** Frees the runtime's memory, for calls under way when they end. */
  async release(): Promise<void> {
    await Promise.all([this.functions.release(), this.fixed.release()]);
  }
}
