import { Tensor } from 'onnxruntime-common';
import { type Dataset, fromArray, readRange } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { formatShape, quote } from '../data/excerpt.js';
import { randomStream } from '../data/random.js';
import { ownArray } from '../data/realm.js';
import { elementCount } from '../data/shape.js';
import { advice } from '../data/suggest.js';
import { constant, gradient, size, type Value, type Values } from '../graph/index.js';
import {
  adam,
  initialize,
  type Layer,
  layerName,
  type Optimizer,
  type Scope,
} from '../nn/index.js';
import type { Device } from '../runtime/session.js';
import {
  asFloat,
  type Batch,
  type Callback,
  type Checkpoint,
  CompiledFunction,
  type Controls,
  checkFitOptions,
  compileEvaluation,
  describeNonFinite,
  type EpochMetrics,
  evaluateObjective,
  evaluationBatchSize,
  exportFunction,
  fit,
  fitData,
  type InputSpecs,
  type Metrics,
  type Model,
  type ModelFunction,
  type NoiseStream,
  type NonFinite,
  Packing,
  type ParameterSpec,
  parametersOf,
  RunFolder,
  type Stop,
  scheduleAt,
  sizesAt,
  type FitOptions as TrainingOptions,
} from '../training/index.js';
import { version } from '../version.js';
import { elboOf, logAddAll, logWeightsOf } from './estimates.js';
import { type Health, healthOf, observedHealth } from './health.js';
import { type Labels, labelFeed, requireLabels } from './labels.js';
import { Network } from './network.js';
import { nonFiniteAdvice } from './non-finite.js';
import { type Objective, toSchedule } from './objectives/index.js';
import { fromConfig, type ModelConfig, objectiveOf, toConfig, type VAEOptions } from './options.js';
import { countParameters, formatSummary, type Summary, type SummaryRow } from './summary.js';
import { boundedName, rangeOf, trainingHealth } from './training-health.js';
import { largeWeights } from './weights.js';

/**
 * How a model is trained. Beside what is named here: `clipGradients`, `accumulate`, `ema`,
 * `earlyStopping`, `keepBest`, `validationSplit`, `binarize`, `augment`, `checkpoint` and
 * `onNonFinite`, all off when left out.
 */
export interface FitOptions extends TrainingOptions {
  /** How often every example is seen; 30 when left out. */
  readonly epochs?: number;
  /** Examples a step; 32 when left out. */
  readonly batchSize?: number;
  /** `adam()` when left out. */
  readonly optimizer?: Optimizer;
  /** Data that is evaluated after each epoch. */
  readonly validation?: Dataset;
  readonly callbacks?: readonly Callback[];
  /** Ends training after the steps under way; the model keeps what was trained. */
  readonly signal?: AbortSignal;
  /** Threads that compute a step; as many as pay when left out. */
  readonly threads?: number;
  /**
   * What steps run on: `cpu`, or `webgpu`, where parameters and the optimizer's memory stay on the
   * graphics processor. `cpu` when left out.
   */
  readonly device?: Device | undefined;
  /** Steps in one call of the runtime; as many as take 80 to 400 ms when left out. */
  readonly stepsPerCall?: number;
  /**
   * Goes on from a checkpoint that `onCheckpoint` gave, in the place of the model's parameters:
   * what comes out is byte for byte what an unbroken run gives. Only `epochs` may be another number.
   */
  readonly resume?: Checkpoint;
  /** Learning rate and numbers of the objective (`vae.schedules`) that may change at any moment. */
  readonly controls?: Controls;
}

/** What training tells at its end. */
export interface History {
  readonly epochs: readonly EpochMetrics[];
  /** The epoch whose parameters the model now has, with `keepBest`. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  /** Why training ended before its last epoch; absent when it did not. */
  readonly stopped?: Stop;
}

/** A number was not finite; the model holds the last good parameters. */
export class NonFiniteError extends UserError {
  constructor(
    readonly found: NonFinite,
    readonly history: History,
    advice: string,
  ) {
    super(
      `${describeNonFinite(found)} was not finite at step ${found.step}; the parameters before it were kept. ${advice}`,
    );
  }
}

/** What an encoder makes of images, float32 unless it says else. */
export interface Encoding {
  /**
   * [N, latent]: the posterior's mean, or the point that a deterministic encoder gives; with a
   * codebook the codes' vectors, [N, latent, ...positions].
   */
  readonly mean: Tensor;
  /** Of the mean's shape; −Infinity where the encoder is deterministic: its variance is 0. */
  readonly logVariance: Tensor;
  /** With a codebook: which of its vectors, int64 [N, ...positions]. */
  readonly codes?: Tensor;
}

/** What models that see labels are told with their examples. */
export interface LabelOptions {
  /** The class of each example, for models that see labels. */
  readonly labels?: Labels | undefined;
}

/** What of a saved model is code, and so not in its files. */
export interface LoadOptions {
  /** The custom layers the model was built with, by name. */
  readonly layers?: Readonly<Record<string, Layer>>;
  /** The sampling layer, when it is not the default. */
  readonly sampling?: VAEOptions['sampling'];
  /** The objective, when it is not one of vaekit's. */
  readonly objective?: Objective;
}

/** Images in one call of the runtime. */
const callSize = 256;

/** Decoded images in one call that draws several latents an image. */
const decodedSize = 1024;

/** Examples that health is judged by. */
const healthExamples = 2000;

/** A variational autoencoder (Kingma and Welling 2014): its network, parameters and training. */
export class VAE {
  /** How the model is built, as in `config.json`. */
  readonly config: ModelConfig;
  private readonly objective: Objective;
  private readonly network: Network;
  /** Of one example's latents. */
  private readonly latentShape: readonly number[];
  private readonly specs: readonly ParameterSpec[];
  private drawn: Record<string, Tensor> | undefined;
  private readonly functions = new Map<string, Promise<CompiledFunction>>();

  /**
   * A model with new parameters, decided by the seed.
   * @throws UserError when an option is wrong, or when the layers' shapes do not fit
   */
  constructor(options: VAEOptions) {
    this.config = toConfig(options);
    this.objective = objectiveOf(options);
    this.network = new Network(options, this.config, this.objective);
    let latentShape: readonly number[] = [];
    this.specs = parametersOf(this.imageSpecs(), (inputs, scope) => {
      const batch = this.batchOf(inputs);
      const z = this.network.sample(this.network.encode(batch, scope), scope);
      latentShape = z.shape.slice(1) as number[];
      return { nats: this.network.negativeLogLikelihood(batch, z, scope) };
    });
    this.latentShape = latentShape;
  }

  /** The parameters: drawn when they are first asked for, as a model that is loaded never does. */
  private get values(): Record<string, Tensor> {
    this.drawn ??= this.initialValues();
    return this.drawn;
  }

  /** The parameters of a model that was never trained. */
  private initialValues(): Record<string, Tensor> {
    return Object.fromEntries(
      this.specs.map(({ name, shape, initializer }) => {
        const stream = randomStream(this.config.seed, `initial/${name}`);
        return [name, new Tensor('float32', initialize(initializer, shape, stream), shape)];
      }),
    );
  }

  /**
   * The model's tensors by name: `encoder.0.weight`, `mean.bias`; also those that are not trained,
   * such as running means. They are copies.
   */
  parameters(): Record<string, Tensor> {
    return Object.fromEntries(
      this.specs.map(({ name, shape }) => {
        const values = (this.values[name]!.data as Float32Array).slice();
        return [name, new Tensor('float32', values, shape)];
      }),
    );
  }

  /**
   * Puts values in the place of parameters; those that are not named stay.
   * @param values float32 tensors by parameter name; they are copied
   * @throws UserError when a name is unknown, or a shape or dtype is wrong; nothing changes then
   */
  setParameters(values: Readonly<Record<string, Tensor>>): void {
    for (const [name, { type, dims }] of Object.entries(values)) {
      const wrong = this.misfit(name, type, dims);
      if (wrong) throw new UserError(wrong);
    }
    for (const [name, tensor] of Object.entries(values)) {
      const copy = ownArray(tensor.data as Float32Array).slice();
      this.values[name] = new Tensor('float32', copy, tensor.dims);
    }
  }

  /** Why a tensor is none of the model's parameters; undefined when it is one. */
  private misfit(name: string, type: string, shape: readonly number[]): string | undefined {
    const spec = this.specs.find((each) => each.name === name);
    if (!spec) {
      const known = this.specs.map((each) => each.name);
      return `The model has no parameter ${quote(name)}. ${advice(name, known)}`;
    }
    if (type === 'float32' && shape.join() === spec.shape.join()) return undefined;
    return `${name} is ${type} ${formatShape(shape)}, but the model needs float32 ${formatShape(spec.shape)}.`;
  }

  /** The layers with their output shapes and parameter counts. */
  layers(): Summary {
    const rows: SummaryRow[] = [];
    const observe = (path: string, layer: Layer, output: Value, nested?: boolean) => {
      if (nested) return;
      rows.push({
        name: path,
        type: layerName(layer),
        outputShape: output.shape.slice(1),
        parameters: countParameters(this.specs, path),
      });
    };
    parametersOf(this.imageSpecs(), (inputs, scope) => {
      const batch = this.batchOf(inputs);
      const z = this.network.sample(this.network.encode(batch, scope, observe), scope);
      if (this.objective.bottleneck.sampling) {
        rows.push({
          name: 'sampling',
          type: 'sampling',
          outputShape: z.shape.slice(1),
          parameters: countParameters(this.specs, 'sampling'),
        });
      }
      return { decoded: this.network.decode({ z, labels: batch.labels }, scope, observe) };
    });
    const learned = countParameters(this.specs, 'likelihood');
    if (learned > 0) {
      const { type } = this.network.likelihood;
      rows.push({ name: 'likelihood', type, outputShape: this.config.input, parameters: learned });
    }
    return { rows, parameters: countParameters(this.specs) };
  }

  /** A table of the layers, as Keras prints it. */
  summary(): string {
    return formatSummary(this.layers());
  }

  /**
   * The model as training sees it.
   * @param examples how many the data has, which some objectives need to know
   */
  model(examples = 1): Model {
    const schedules = Object.entries(this.objective.schedules).map(
      ([name, schedule]) => [name, toSchedule(schedule)] as const,
    );
    return {
      shape: this.config.input,
      identity: this.config,
      usesLabels: this.objective.classes !== undefined,
      schedules: { ...Object.fromEntries(schedules), datasetSize: examples },
      objective: (batch, scope, schedule) => this.network.terms(batch, scope, schedule),
    };
  }

  /** Names of the objective's numbers that `fit({ controls })` can change, such as `beta`. */
  get schedules(): readonly string[] {
    return Object.keys(this.objective.schedules);
  }

  /** The inputs of functions of images. */
  private imageSpecs(dtype: 'uint8' | 'float32' = 'float32'): InputSpecs {
    return { image: { shape: this.config.input, dtype }, ...this.labelSpecs() };
  }

  /** The inputs of functions of latents. */
  private latentSpecs(): InputSpecs {
    return { z: { shape: this.latentShape }, ...this.labelSpecs() };
  }

  private labelSpecs(): InputSpecs {
    return this.objective.classes === undefined ? {} : { label: { shape: [], dtype: 'int64' } };
  }

  private batchOf({ image, label }: Values): Batch {
    return { images: asFloat(image!), ...(label ? { labels: label } : {}) };
  }

  /**
   * Trains the model on from its present parameters, or from a checkpoint.
   * @throws UserError when data, settings or checkpoint do not fit the model
   * @throws NonFiniteError when a loss, gradient or parameter is not finite and training stops
   */
  async fit(data: Dataset, options: FitOptions = {}): Promise<History> {
    for (const each of options.validation ? [data, options.validation] : [data]) {
      requireLabels(each, this.objective.classes);
    }
    const { input, seed } = this.config;
    const checked = checkFitOptions(options);
    const { train, validation } = fitData(input, data, options.validation, checked, seed);
    const initial = this.values;
    const { batchSize = 32, optimizer = adam() } = options;
    const { epochs, parameters, best, stopped } = await fit(
      this.model(train.size),
      new Packing(this.specs),
      initial,
      train,
      { ...options, validation, epochs: options.epochs ?? 30, batchSize, optimizer, seed },
    );
    this.drawn = parameters;
    const history: History = { epochs, ...(best && { best }), ...(stopped && { stopped }) };
    if (stopped?.reason === 'non-finite') {
      const { images } = await this.read(train, 0, callSize);
      const advice = nonFiniteAdvice({
        largeWeights: largeWeights(this.specs, initial),
        values: rangeOf(images),
        bounded: boundedName(this.network.likelihood),
        optimizer,
        clips: options.clipGradients !== undefined,
      });
      throw new NonFiniteError(stopped, history, advice);
    }
    return history;
  }

  /**
   * The loss and its parts: means over the data, with schedules at their last values. For uint8 data
   * also `bitsPerDimension`, where the model has a bound on it (`Network.termsWithBits`).
   * @param options.seed decides the posterior's noise; the model's seed when left out
   */
  async evaluate(
    data: Dataset,
    options: { readonly seed?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Metrics> {
    requireLabels(data, this.objective.classes);
    const terms: Model['objective'] = (...given) => this.network.termsWithBits(...given);
    const model = {
      ...this.model(data.size),
      ...(data.dtype === 'uint8' && this.network.hasBits ? { objective: terms } : {}),
    };
    const packing = new Packing(this.specs);
    const objective = await compileEvaluation(model, packing, data.dtype);
    try {
      return await evaluateObjective(objective, packing.packModel(this.values), data, {
        batchSize: evaluationBatchSize,
        seed: options.seed ?? this.config.seed,
        schedules: model.schedules,
        step: Infinity,
        signal: options.signal,
      });
    } finally {
      await objective.session.release();
    }
  }

  /** A function of the model, compiled when it is first used. */
  private compiled(
    name: string,
    specs: Parameters<typeof CompiledFunction.compile>[0],
    build: ModelFunction,
  ): Promise<CompiledFunction> {
    const known = this.functions.get(name) ?? CompiledFunction.compile(specs, build);
    this.functions.set(name, known);
    return known;
  }

  /** Checks images given by the user. @throws UserError when they do not fit the model */
  private checked(images: Tensor): 'uint8' | 'float32' {
    const { input } = this.config;
    if (images.dims.slice(1).join() !== input.join()) {
      throw new UserError(
        `Images of shape [${images.dims.join(', ')}] do not fit the model, which takes [N, ${input.join(', ')}].`,
      );
    }
    if (images.type === 'float32') {
      fromArray(images.data as Float32Array, input, { name: 'images' });
    } else if (images.type !== 'uint8') {
      throw new UserError(`Images must be uint8 or float32 in [0, 1], not ${images.type}.`);
    }
    return images.type;
  }

  /** A function of images, and of labels where the model sees them, in batches. */
  private async mapImages(
    name: string,
    images: Tensor,
    labels: Labels | undefined,
    build: (batch: Batch, scope: Scope) => Values,
    options: {
      readonly stream?: NoiseStream;
      readonly batchSize?: number;
      readonly values?: Record<string, Tensor>;
    } = {},
  ): Promise<Record<string, Tensor>> {
    const dtype = this.checked(images);
    const feed = labelFeed(labels, images.dims[0]!, this.objective.classes);
    const compiled = await this.compiled(
      `${name}/${dtype}`,
      this.imageSpecs(dtype),
      (inputs, scope) => build(this.batchOf(inputs), scope),
    );
    const { batchSize = callSize, stream, values = this.values } = options;
    return compiled.map(values, { image: images, ...feed }, batchSize, { stream });
  }

  private readonly encoding = (batch: Batch, scope: Scope): Values =>
    this.objective.bottleneck.outputs(this.network.encode(batch, scope));

  private readonly decoding = ({ z, label }: Values, scope: Scope): Values => ({
    image: this.network.image({ z: z!, labels: label }, scope),
  });

  private readonly drawing = ({ z, label }: Values, scope: Scope): Values => ({
    image: this.network.drawnImage({ z: z!, labels: label }, scope),
  });

  /**
   * What the encoder makes of images.
   * @param images uint8, or float32 in [0, 1], [N, ...input]
   * @param options.labels for models that see labels: N of them
   */
  async encode(images: Tensor, options: LabelOptions = {}): Promise<Encoding> {
    const outputs = await this.mapImages('encode', images, options.labels, this.encoding);
    const { codes } = outputs;
    const mean = (outputs.mean ?? outputs.z)!;
    const pointVariance = () =>
      new Tensor('float32', new Float32Array(mean.size).fill(-Infinity), mean.dims);
    return {
      mean,
      logVariance: outputs.log_variance ?? pointVariance(),
      ...(codes ? { codes } : {}),
    };
  }

  /**
   * The images that latents stand for.
   * @param z float32 [N, latent]; with a codebook [N, latent, ...positions]
   * @param options.labels for models that see labels: N of them
   * @returns float32 [N, ...input] in [0, 1]
   */
  async decode(z: Tensor, options: LabelOptions = {}): Promise<Tensor> {
    if (z.type !== 'float32' || z.dims.slice(1).join() !== this.latentShape.join()) {
      throw new UserError(
        `Latents of ${z.type} [${z.dims.join(', ')}] do not fit the model, which takes float32 [N, ${this.latentShape.join(', ')}].`,
      );
    }
    return this.mapLatents('decode', z, options.labels, this.decoding);
  }

  /** Images by a function of latents that fit the model. */
  private async mapLatents(
    name: string,
    z: Tensor,
    labels: Labels | undefined,
    build: ModelFunction,
    stream?: NoiseStream,
  ): Promise<Tensor> {
    const feed = labelFeed(labels, z.dims[0]!, this.objective.classes);
    const compiled = await this.compiled(name, this.latentSpecs(), build);
    const { image } = await compiled.map(this.values, { z, ...feed }, callSize, { stream });
    return image!;
  }

  /**
   * Images through the encoder and, from the posterior's mean, through the decoder.
   * @param images uint8, or float32 in [0, 1], [N, ...input]
   * @param options.labels for models that see labels: N of them
   * @returns float32 [N, ...input] in [0, 1]
   */
  async reconstruct(images: Tensor, options: LabelOptions = {}): Promise<Tensor> {
    const { reconstruction } = await this.mapImages(
      'reconstruct',
      images,
      options.labels,
      (batch, scope) => {
        const z = this.objective.bottleneck.point(this.network.encode(batch, scope));
        return { reconstruction: this.network.image({ z, labels: batch.labels }, scope) };
      },
    );
    return reconstruction!;
  }

  /** Whether the model has a prior, so that images can be drawn. */
  get hasPrior(): boolean {
    return this.objective.bottleneck.prior !== undefined;
  }

  /** The form of the latents: `gaussian`, `deterministic` or `vectorQuantized`. */
  get bottleneck(): string {
    return this.objective.bottleneck.type;
  }

  /** Whether errors are in nats: the likelihood is a distribution. */
  get isInNats(): boolean {
    return this.network.likelihood.support !== 'none';
  }

  /** How many classes labels have, for models that see labels. */
  get classes(): number | undefined {
    return this.objective.classes;
  }

  /**
   * Images decoded from draws of the prior: N(0, I), or with a codebook its codes by their use.
   * @param options.seed decides the draws; the model's seed when left out
   * @param options.label for models that see labels: of all the images; each class in turn when
   *   left out
   * @param options.draw whether each image is a draw from p(x | z) in the place of its mean
   * @returns float32 [count, ...input] in [0, 1]
   * @throws UserError when the model has no prior, or its likelihood is nothing to draw from
   */
  async sample(
    count: number,
    options: {
      readonly seed?: number;
      readonly label?: number;
      readonly draw?: boolean;
    } = {},
  ): Promise<Tensor> {
    if (!Number.isInteger(count) || count < 1) {
      throw new UserError(`sample takes a whole number of images from 1, not ${count}.`);
    }
    const { classes, type } = this.objective;
    const { prior } = this.objective.bottleneck;
    if (!prior) {
      throw new UserError(
        `The objective ${type} has no prior to draw from. Train with another one, such as vae.`,
      );
    }
    const { seed = this.config.seed, label, draw } = options;
    const shape = [count, ...this.latentShape];
    const z = prior(shape, randomStream(seed, 'sample'), this.values);
    const inTurn = (i: number) => (classes === undefined ? 0 : i % classes);
    const labels =
      classes === undefined && label === undefined
        ? undefined
        : Array.from({ length: count }, (_, i) => label ?? inTurn(i));
    const latents = new Tensor('float32', z, shape);
    return draw
      ? this.mapLatents('draw', latents, labels, this.drawing, { seed, name: 'draw', step: 0 })
      : this.mapLatents('decode', latents, labels, this.decoding);
  }

  /** @throws UserError when q(z | x) or p(x | z) has no density: there is no bound on log p(x) */
  private requirePosterior(): void {
    const { support, type } = this.network.likelihood;
    if (support === 'none') {
      throw new UserError(
        `The likelihood ${type} is no distribution, so there is no bound on log p(x). Train with another one, such as gaussian, or compare reconstructions.`,
      );
    }
    if (this.objective.bottleneck.posterior) return;
    throw new UserError(
      `The objective ${this.objective.type} has no posterior density, so there is no bound on log p(x). Train with another one, such as vae, or compare reconstructions.`,
    );
  }

  /**
   * The evidence lower bound of each image, log p(x | z) − KL(q(z | x) ‖ p(z)) with one draw of z
   * (Kingma and Welling 2014, eq. 10): images unlike the training data have a low one.
   * @param images uint8, or float32 in [0, 1], [N, ...input]
   * @param options.labels for models that see labels: N of them
   * @param options.seed decides the draws; the model's seed when left out
   * @returns nats, float32 [N]
   * @throws UserError when the model has no posterior density
   */
  async elbo(
    images: Tensor,
    options: LabelOptions & { readonly seed?: number } = {},
  ): Promise<Tensor> {
    this.requirePosterior();
    const stream = { seed: options.seed ?? this.config.seed, name: 'elbo', step: 0 };
    const { elbo } = await this.mapImages(
      'elbo',
      images,
      options.labels,
      (batch, scope) => ({ elbo: elboOf(this.network, batch, scope) }),
      { stream },
    );
    return elbo!;
  }

  /**
   * An estimate of log p(x) by importance sampling: log (1/K) Σₖ p(x, zₖ) / q(zₖ | x) with K draws
   * of q(z | x), a lower bound that rises with K (Burda et al. 2016, eq. 8,
   * https://arxiv.org/abs/1509.00519).
   * @param options.samples K; 100 when left out
   * @param options.seed decides the draws; the model's seed when left out
   * @returns nats of each image, [N], and their mean
   * @throws UserError when the model has no posterior density, or samples is not a number from 1
   */
  async logLikelihood(
    data: Dataset,
    options: {
      readonly samples?: number;
      readonly seed?: number;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<{ mean: number; values: Float32Array }> {
    this.requirePosterior();
    requireLabels(data, this.objective.classes);
    const { samples = 100, seed = this.config.seed, signal } = options;
    if (!Number.isInteger(samples) || samples < 1) {
      throw new UserError(`samples must be a whole number from 1, not ${samples}.`);
    }
    // Few images and many draws in one call, so that the work of each is about the same.
    const calls = Math.ceil(samples / 64);
    const draws = Math.ceil(samples / calls);
    const batchSize = Math.max(1, Math.floor(decodedSize / draws));
    const values = new Float32Array(data.size);
    for (let start = 0; start < data.size; start += batchSize) {
      const { images, labels } = await this.read(data, start, batchSize);
      const count = images.dims[0]!;
      const sums = new Float64Array(count).fill(-Infinity);
      for (let call = 0; call < calls; call++) {
        signal?.throwIfAborted();
        const step = (start / batchSize) * calls + call;
        const { weights } = await this.mapImages(
          `logWeights/${draws}`,
          images,
          labels,
          (batch, scope) => ({ weights: logWeightsOf(this.network, batch, draws, scope) }),
          { stream: { seed, name: 'log-likelihood', step }, batchSize },
        );
        const used = Math.min(draws, samples - call * draws);
        for (let i = 0; i < count; i++) {
          const row = (weights!.data as Float32Array).subarray(i * draws, i * draws + used);
          sums[i] = logAddAll(sums[i]!, row);
        }
      }
      values.set(
        sums.map((sum) => sum - Math.log(samples)),
        start,
      );
    }
    return { mean: values.reduce((total, value) => total + value, 0) / data.size, values };
  }

  /** Examples of a dataset from `start` on, at most `count`. */
  private async read(
    data: Dataset,
    start: number,
    count: number,
  ): Promise<{ images: Tensor; labels: Labels | undefined }> {
    const end = Math.min(start + count, data.size);
    return {
      images: await readRange(data, start, end),
      labels: this.labelsOf(data, start, end),
    };
  }

  /**
   * The labels of examples of a dataset, for `encode`, `decode` and `reconstruct`: undefined for
   * models that see none.
   * @throws UserError when the model needs labels and the data has none, or has others
   */
  labelsOf(data: Dataset, start = 0, end = data.size): Labels | undefined {
    if (this.objective.classes === undefined) return undefined;
    requireLabels(data, this.objective.classes);
    return Array.from({ length: end - start }, (_, i) => data.labels![start + i]!);
  }

  /**
   * The loss of one batch, its parts and its gradients.
   * @param images float32 in [0, 1], or uint8, [N, ...input]
   * @param options.epsilon the posterior's noise, float32 [N, latent]; for `iwae` [N, samples,
   *   latent]
   * @param options.prior for objectives that compare with the prior: draws of it, float32 [N,
   *   latent]
   * @param options.labels for models that see labels: N of them
   * @param options.step where schedules stand, counted from 1; at their end when left out
   * @param options.datasetSize for objectives that need it; N when left out
   * @returns means over the batch, and gradients by parameter name; `kl` is 0 where there is none
   * @throws UserError when something does not fit the model, or noise that it needs is missing
   */
  async valueAndGradients(
    images: Tensor,
    options: {
      readonly epsilon?: Tensor;
      readonly prior?: Tensor;
      readonly labels?: Labels;
      readonly step?: number;
      readonly datasetSize?: number;
    },
  ): Promise<{
    loss: number;
    reconstruction: number;
    kl: number;
    metrics: Readonly<Record<string, number>>;
    gradients: Record<string, Tensor>;
  }> {
    const dtype = this.checked(images);
    const { epsilon, prior, labels, step = Infinity, datasetSize } = options;
    const feed = labelFeed(labels, images.dims[0]!, this.objective.classes);
    const { schedules } = this.model(datasetSize);
    const compiled = await this.compiled(
      `valueAndGradients/${dtype}/${step}/${datasetSize}`,
      this.imageSpecs(dtype),
      (inputs, scope, parameters) => {
        const batch = this.batchOf(inputs);
        const schedule = (name: string) =>
          name === 'datasetSize' && datasetSize === undefined
            ? size(batch.images.shape[0]!)
            : constant(scheduleAt(schedules[name]!, step));
        const { loss, metrics } = this.network.terms(batch, scope, schedule);
        const gradients = gradient(loss, [...parameters.values()]);
        const named = [...parameters.keys()].map((name, i) => [`gradient/${name}`, gradients[i]!]);
        return { loss, ...metrics, ...Object.fromEntries(named) };
      },
    );
    const noise = compiled.noises.map(({ name, shape }) => {
      const [option, given] = name.startsWith('prior.') ? ['prior', prior] : ['epsilon', epsilon];
      const dims = sizesAt(shape, images.dims[0]!);
      if (given?.dims.join() !== dims.join()) {
        throw new UserError(
          `${option} is ${given ? `[${given.dims.join(', ')}]` : 'missing'}, but ${images.dims[0]} images need [${dims.join(', ')}].`,
        );
      }
      return given;
    });
    const results = await compiled.run(this.values, { image: images, ...feed }, noise);
    const metrics = Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => name !== 'loss' && !name.startsWith('gradient/'))
        .map(([name, { data }]) => [name, (data as Float32Array)[0]!]),
    );
    return {
      loss: (results.loss!.data as Float32Array)[0]!,
      reconstruction: metrics.reconstruction!,
      kl: metrics.kl ?? 0,
      metrics,
      gradients: Object.fromEntries(
        this.specs
          .filter(({ trained }) => trained)
          .map(({ name }) => [name, results[`gradient/${name}`]!]),
      ),
    };
  }

  /**
   * Dead and saturated hidden units, collapsed latents and unused codes, judged by the first 2,000
   * examples of the data.
   * @param options.history the epochs of the model's training from its first parameters on: with any,
   *   signs of a wrong learning rate, initialization or scale of the data are looked for
   */
  async health(
    data: Dataset,
    options: { readonly history?: readonly EpochMetrics[] } = {},
  ): Promise<Health> {
    requireLabels(data, this.objective.classes);
    const examples = await this.read(data, 0, healthExamples);
    const { images } = examples;
    const observed = (seen: typeof examples, values = this.values) =>
      this.mapImages(
        'health',
        seen.images,
        seen.labels,
        (batch, scope) => observedHealth(this.network, batch, scope),
        { values },
      );
    const found = await observed(examples);
    const health = healthOf(found, this.objective.bottleneck.codes, images.dims[0]!);
    const { history = [] } = options;
    if (history.length === 0) return health;
    const initial = this.initialValues();
    const before = await observed(await this.read(data, 0, callSize), initial);
    const isSteady = Object.values(this.objective.schedules).every(
      (each) => typeof each === 'number',
    );
    const training = trainingHealth({
      specs: this.specs,
      initial,
      values: this.values,
      network: this.network,
      losses: isSteady ? history : [],
      images,
      errors: { trained: found.error!, untrained: before.error! },
    });
    return { ...health, training };
  }

  /**
   * `encoder.onnx`: image [N, ...input] in [0, 1] to mean and log_variance [N, latent]; to mean
   * alone where the encoder is deterministic, to z and codes with a codebook. Models that see
   * labels have the input label, int64 [N].
   */
  exportEncoder(): Uint8Array {
    return exportFunction(
      this.imageSpecs(),
      this.values,
      (inputs, scope) => this.encoding(this.batchOf(inputs), scope),
      {
        ...this.metadata(),
        inputs: `image: float32 [batch, ${this.config.input.join(', ')}] in [0, 1]${this.labelText()}`,
        outputs: this.objective.bottleneck.describe(this.latentShape),
      },
    );
  }

  /** `decoder.onnx`: z [N, latent], and label where the model sees it, to image [N, ...input]. */
  exportDecoder(): Uint8Array {
    return exportFunction(this.latentSpecs(), this.values, this.decoding, {
      ...this.metadata(),
      inputs: `z: float32 [batch, ${this.latentShape.join(', ')}]${this.labelText()}`,
      outputs: `image: float32 [batch, ${this.config.input.join(', ')}] in [0, 1]`,
    });
  }

  private labelText(): string {
    const { classes } = this.objective;
    return classes === undefined ? '' : `; label: int64 [batch], 0 to ${classes - 1}`;
  }

  private metadata(): Record<string, string> {
    return { producer: `vaekit ${version}`, model: JSON.stringify(this.config) };
  }

  /**
   * Writes a run folder: `config.json`, `parameters.safetensors`, `encoder.onnx`, `decoder.onnx`.
   * @param path a folder that holds no run yet
   * @param training how the model was trained, kept in `config.json`
   * @throws UserError when the folder cannot be written or already holds a run
   */
  async save(path: string, training: Readonly<Record<string, unknown>> = {}): Promise<RunFolder> {
    const folder = await RunFolder.create(path);
    await this.saveTo(folder, training);
    return folder;
  }

  /**
   * Writes the model into a run folder that was opened or created before. Whenever that is broken
   * off, the files that are there belong together.
   */
  async saveTo(folder: RunFolder, training: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.saveConfigTo(folder, training);
    await folder.remove('encoder.onnx', 'decoder.onnx');
    await folder.writeParameters(this.values);
    await folder.write('encoder.onnx', this.exportEncoder());
    await folder.write('decoder.onnx', this.exportDecoder());
  }

  /** Writes what the model is, before it has been trained. */
  saveConfigTo(folder: RunFolder, training: Readonly<Record<string, unknown>> = {}): Promise<void> {
    return folder.writeConfig({ vaekit: version, model: this.config, training });
  }

  /**
   * The model of a run. The files' sizes and shapes are checked against each other before memory is
   * taken for the parameters, and no code of a file is run.
   * @param place a run folder, a zip archive of one, or the bytes of such an archive
   * @throws UserError when there is no run, or when a file in it is wrong
   */
  static async load(place: string | Uint8Array, options: LoadOptions = {}): Promise<VAE> {
    const folder = await RunFolder.open(place);
    const { model } = await folder.readConfig();
    const vae = VAE.undrawn(model, folder.file('config.json'), options);
    const bytes = vae.specs.reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
    vae.drawn = await folder.readParameters(bytes, (announced) => {
      vae.requireParameters(announced, folder.file('parameters.safetensors'));
    });
    return vae;
  }

  /**
   * The model of a run whose files were read already, where there is no folder.
   * @param config what `config.json` says
   * @param parameters the tensors of `parameters.safetensors`, which are copied
   * @param options.configName, options.parametersName what the files are called in messages
   * @throws UserError when the model is wrong, or when the parameters do not fit it
   */
  static fromRun(
    config: Readonly<Record<string, unknown>>,
    parameters: Readonly<Record<string, Tensor>>,
    options: LoadOptions & { readonly configName?: string; readonly parametersName?: string } = {},
  ): VAE {
    const { configName = 'config.json', parametersName = 'parameters.safetensors' } = options;
    const vae = VAE.undrawn(config.model, configName, options);
    const entries = Object.entries(parameters);
    vae.requireParameters(
      entries.map(([key, { type, dims }]) => ({ key, type, shape: dims })),
      parametersName,
    );
    vae.drawn = {};
    vae.setParameters(parameters);
    return vae;
  }

  /** The model that plain data describes, whose parameters are still to come. */
  private static undrawn(model: unknown, configName: string, options: LoadOptions): VAE {
    const plain = options.objective ? { ...(model as object), objective: undefined } : model;
    return new VAE({
      ...fromConfig(plain, `${configName}: model`, options.layers),
      ...(options.objective ? { objective: options.objective } : {}),
      ...(options.sampling ? { sampling: options.sampling } : {}),
    });
  }

  /** @throws UserError when tensors are not just the model's parameters */
  private requireParameters(
    announced: readonly { key: string; type: string; shape: readonly number[] }[],
    file: string,
  ): void {
    const names = new Set(announced.map(({ key }) => key));
    const missing = this.specs.find((spec) => !names.has(spec.name));
    const wrong = missing
      ? `there is no ${missing.name}.`
      : announced.map(({ key, type, shape }) => this.misfit(key, type, shape)).find(Boolean);
    if (wrong) throw new UserError(`${file}: ${wrong} Give a run whose files belong together.`);
  }

  /** Frees what the runtime holds; the model can still be used, and is then compiled again. */
  async release(): Promise<void> {
    const compiled = [...this.functions.values()];
    this.functions.clear();
    for (const each of compiled) await (await each).release();
  }
}
