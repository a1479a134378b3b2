import { Tensor } from 'onnxruntime-common';
import { type Dataset, fromArray } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { fillNormal, randomStream } from '../data/random.js';
import { constant, gradient, type Value } from '../graph/index.js';
import { adam, initialize, type Layer, layerName, type Optimizer } from '../nn/index.js';
import {
  asFloat,
  type Callback,
  CompiledFunction,
  compileEvaluation,
  type EpochMetrics,
  evaluateObjective,
  evaluationBatchSize,
  exportFunction,
  fit,
  type Metrics,
  type Model,
  type ModelFunction,
  Packing,
  type ParameterSpec,
  parametersOf,
  RunFolder,
  type Stop,
} from '../training/index.js';
import { version } from '../version.js';
import { type Health, healthOf, observeActivity } from './health.js';
import { Network } from './network.js';
import { fromConfig, type ModelConfig, toConfig, type VAEOptions } from './options.js';
import { klDivergence } from './posterior.js';
import { countParameters, formatSummary, type Summary, type SummaryRow } from './summary.js';

export interface FitOptions {
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
  /** Threads inside one operator; chosen by the model's size when left out. */
  readonly threads?: number;
  /** Steps in one call of the runtime; as many as take about 80 ms when left out. */
  readonly stepsPerCall?: number;
}

/** What training tells at its end. */
export interface History {
  readonly epochs: readonly EpochMetrics[];
  /** Why training ended before its last epoch; absent when it did not. */
  readonly stopped?: Stop;
}

/** A number of the loss was not finite; the model holds the last good parameters. */
export class NonFiniteError extends UserError {
  constructor(
    readonly step: number,
    readonly metric: string,
    readonly history: History,
  ) {
    super(
      `The ${metric} was not finite at step ${step}; the parameters before it were kept. Use a smaller learning rate.`,
    );
  }
}

/** Images in one call of the runtime. */
const callSize = 256;

/** Examples that health is judged by. */
const healthExamples = 2000;

/** A variational autoencoder (Kingma and Welling 2014): its network, parameters and training. */
export class VAE {
  /** How the model is built, as in `config.json`. */
  readonly config: ModelConfig;
  private readonly network: Network;
  private readonly specs: readonly ParameterSpec[];
  private values: Record<string, Tensor>;
  private readonly functions = new Map<string, Promise<CompiledFunction>>();

  /**
   * A model with new parameters, decided by the seed.
   * @throws UserError when an option is wrong, or when the layers' shapes do not fit
   */
  constructor(options: VAEOptions) {
    this.config = toConfig(options);
    this.network = new Network(options, this.config);
    const { input, seed } = this.config;
    this.specs = parametersOf({ image: { shape: input } }, ({ image }, scope) => {
      const posterior = this.network.encode(image!, scope);
      return { image: this.network.image(this.network.sample(posterior, scope), scope) };
    });
    this.values = Object.fromEntries(
      this.specs.map(({ name, shape, initializer }) => {
        const stream = randomStream(seed, `initial/${name}`);
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
    for (const [name, tensor] of Object.entries(values)) {
      const spec = this.specs.find((each) => each.name === name);
      if (!spec) {
        throw new UserError(
          `The model has no parameter '${name}'. It has: ${this.specs.map((each) => each.name).join(', ')}.`,
        );
      }
      if (tensor.type !== 'float32' || tensor.dims.join() !== spec.shape.join()) {
        throw new UserError(
          `${name} is ${tensor.type} [${tensor.dims.join(', ')}], but the model needs float32 [${spec.shape.join(', ')}].`,
        );
      }
    }
    for (const [name, tensor] of Object.entries(values)) {
      const copy = (tensor.data as Float32Array).slice();
      this.values[name] = new Tensor('float32', copy, tensor.dims);
    }
  }

  /** The layers with their output shapes and parameter counts. */
  layers(): Summary {
    const rows: SummaryRow[] = [];
    const observe = (path: string, layer: Layer, output: Value) => {
      rows.push({
        name: path,
        type: layerName(layer),
        outputShape: output.shape.slice(1),
        parameters: countParameters(this.specs, path),
      });
    };
    parametersOf({ image: { shape: this.config.input } }, ({ image }, scope) => {
      const posterior = this.network.encode(image!, scope, observe);
      const z = this.network.sample(posterior, scope);
      rows.push({
        name: 'sampling',
        type: 'sampling',
        outputShape: z.shape.slice(1),
        parameters: countParameters(this.specs, 'sampling'),
      });
      return { decoded: this.network.decode(z, scope, observe) };
    });
    return { rows, parameters: countParameters(this.specs) };
  }

  /** A table of the layers, as Keras prints it. */
  summary(): string {
    return formatSummary(this.layers());
  }

  /** The model as training sees it. */
  model(): Model {
    return {
      shape: this.config.input,
      schedules: { klWeight: this.config.kl.weight },
      objective: (batch, scope, schedule) => this.network.terms(batch, scope, schedule('klWeight')),
    };
  }

  /**
   * Trains the model on from its present parameters.
   * @throws UserError when data and settings do not fit the model
   * @throws NonFiniteError when a loss is not finite
   */
  async fit(data: Dataset, options: FitOptions = {}): Promise<History> {
    const { epochs, parameters, stopped } = await fit(
      this.model(),
      new Packing(this.specs),
      this.values,
      data,
      {
        ...options,
        epochs: options.epochs ?? 30,
        batchSize: options.batchSize ?? 32,
        optimizer: options.optimizer ?? adam(),
        seed: this.config.seed,
      },
    );
    this.values = parameters;
    const history: History = { epochs, ...(stopped ? { stopped } : {}) };
    if (stopped?.reason === 'non-finite') {
      throw new NonFiniteError(stopped.step, stopped.metric, history);
    }
    return history;
  }

  /**
   * The loss and its parts: means over the data.
   * @param options.seed decides the posterior's noise; the model's seed when left out
   */
  async evaluate(
    data: Dataset,
    options: { readonly seed?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Metrics> {
    const model = this.model();
    const packing = new Packing(this.specs);
    const objective = await compileEvaluation(model, packing, data.dtype);
    try {
      return await evaluateObjective(objective, packing.packModel(this.values), data, {
        batchSize: evaluationBatchSize,
        seed: options.seed ?? this.config.seed,
        schedules: model.schedules,
        step: 0,
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

  private async mapImages(
    name: string,
    images: Tensor,
    build: ModelFunction,
  ): Promise<Record<string, Tensor>> {
    const dtype = this.checked(images);
    const specs = { image: { shape: this.config.input, dtype } };
    const compiled = await this.compiled(`${name}/${dtype}`, specs, ({ image }, ...rest) =>
      build({ image: asFloat(image!) }, ...rest),
    );
    return compiled.map(this.values, { image: images }, callSize);
  }

  private readonly encoding: ModelFunction = ({ image }, scope) => {
    const { mean, logVariance } = this.network.encode(image!, scope);
    return { mean, log_variance: logVariance };
  };

  private readonly decoding: ModelFunction = ({ z }, scope) => ({
    image: this.network.image(z!, scope),
  });

  /**
   * The posterior of images.
   * @param images uint8, or float32 in [0, 1], [N, ...input]
   * @returns float32 [N, latent] each
   */
  async encode(images: Tensor): Promise<{ mean: Tensor; logVariance: Tensor }> {
    const { mean, log_variance } = await this.mapImages('encode', images, this.encoding);
    return { mean: mean!, logVariance: log_variance! };
  }

  /**
   * The images that latents stand for.
   * @param z float32 [N, latent]
   * @returns float32 [N, ...input] in [0, 1]
   */
  async decode(z: Tensor): Promise<Tensor> {
    const { latent } = this.config;
    if (z.type !== 'float32' || z.dims.length !== 2 || z.dims[1] !== latent) {
      throw new UserError(
        `Latents of ${z.type} [${z.dims.join(', ')}] do not fit the model, which takes float32 [N, ${latent}].`,
      );
    }
    const compiled = await this.compiled('decode', { z: { shape: [latent] } }, this.decoding);
    const { image } = await compiled.map(this.values, { z }, callSize);
    return image!;
  }

  /**
   * Images through the encoder and, from the posterior's mean, through the decoder.
   * @param images uint8, or float32 in [0, 1], [N, ...input]
   * @returns float32 [N, ...input] in [0, 1]
   */
  async reconstruct(images: Tensor): Promise<Tensor> {
    const { reconstruction } = await this.mapImages('reconstruct', images, ({ image }, scope) => ({
      reconstruction: this.network.image(this.network.encode(image!, scope).mean, scope),
    }));
    return reconstruction!;
  }

  /**
   * Images decoded from draws of the prior N(0, I).
   * @param options.seed decides the draws; the model's seed when left out
   * @returns float32 [count, ...input] in [0, 1]
   */
  sample(count: number, options: { readonly seed?: number } = {}): Promise<Tensor> {
    if (!Number.isInteger(count) || count < 1) {
      throw new UserError(`sample takes a whole number of images from 1, not ${count}.`);
    }
    const { latent, seed } = this.config;
    const z = new Float32Array(count * latent);
    fillNormal(randomStream(options.seed ?? seed, 'sample'), z);
    return this.decode(new Tensor('float32', z, [count, latent]));
  }

  /**
   * The loss of one batch, its parts and its gradients.
   * @param images float32 in [0, 1], or uint8, [N, ...input]
   * @param options.epsilon the posterior's noise, float32 [N, latent]
   * @returns means over the batch, and gradients by parameter name
   */
  async valueAndGradients(
    images: Tensor,
    options: { readonly epsilon: Tensor },
  ): Promise<{
    loss: number;
    reconstruction: number;
    kl: number;
    gradients: Record<string, Tensor>;
  }> {
    const dtype = this.checked(images);
    const { epsilon } = options;
    if (epsilon.dims.join() !== [images.dims[0], this.config.latent].join()) {
      throw new UserError(
        `epsilon is [${epsilon.dims.join(', ')}], but ${images.dims[0]} images need [${images.dims[0]}, ${this.config.latent}].`,
      );
    }
    const specs = { image: { shape: this.config.input, dtype } };
    const compiled = await this.compiled(
      `valueAndGradients/${dtype}`,
      specs,
      ({ image }, scope, parameters) => {
        const weight = constant(this.config.kl.weight);
        const { loss, metrics } = this.network.terms({ images: asFloat(image!) }, scope, weight);
        const gradients = gradient(loss, [...parameters.values()]);
        const named = [...parameters.keys()].map((name, i) => [`gradient/${name}`, gradients[i]!]);
        return { loss, ...metrics, ...Object.fromEntries(named) };
      },
    );
    const results = await compiled.run(this.values, { image: images }, [epsilon]);
    const number = (name: string) => (results[name]!.data as Float32Array)[0]!;
    return {
      loss: number('loss'),
      reconstruction: number('reconstruction'),
      kl: number('kl'),
      gradients: Object.fromEntries(
        this.specs
          .filter(({ trained }) => trained)
          .map(({ name }) => [name, results[`gradient/${name}`]!]),
      ),
    };
  }

  /** Dead hidden units and collapsed latents, judged by the first 2,000 examples of the data. */
  async health(data: Dataset): Promise<Health> {
    const count = Math.min(healthExamples, data.size);
    const { input } = this.config;
    const width = input.reduce((a, b) => a * b, 1);
    const values = new (data.dtype === 'uint8' ? Uint8Array : Float32Array)(count * width);
    await data.read(
      Uint32Array.from({ length: count }, (_, i) => i),
      values,
    );
    const images = new Tensor(data.dtype, values, [count, ...input]);
    const { kl, ...activity } = await this.mapImages('health', images, ({ image }, scope) => {
      const observed: Record<string, Value> = {};
      const observe = observeActivity(observed);
      const posterior = this.network.encode(image!, scope, observe);
      this.network.decode(posterior.mean, scope, observe);
      return { ...observed, kl: klDivergence(posterior) };
    });
    return healthOf(activity, kl!);
  }

  /** `encoder.onnx`: image [N, ...input] in [0, 1] to mean and log_variance [N, latent]. */
  exportEncoder(): Uint8Array {
    const specs = { image: { shape: this.config.input } };
    return exportFunction(specs, this.values, this.encoding, {
      ...this.metadata(),
      inputs: `image: float32 [batch, ${this.config.input.join(', ')}] in [0, 1]`,
      outputs: `mean, log_variance: float32 [batch, ${this.config.latent}]`,
    });
  }

  /** `decoder.onnx`: z [N, latent] to image [N, ...input] in [0, 1]. */
  exportDecoder(): Uint8Array {
    const specs = { z: { shape: [this.config.latent] } };
    return exportFunction(specs, this.values, this.decoding, {
      ...this.metadata(),
      inputs: `z: float32 [batch, ${this.config.latent}]`,
      outputs: `image: float32 [batch, ${this.config.input.join(', ')}] in [0, 1]`,
    });
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

  /** Writes the model into a run folder that was opened or created before. */
  async saveTo(folder: RunFolder, training: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await folder.writeConfig({ vaekit: version, model: this.config, training });
    await folder.writeParameters(this.values);
    await folder.write('encoder.onnx', this.exportEncoder());
    await folder.write('decoder.onnx', this.exportDecoder());
  }

  /**
   * The model of a run folder.
   * @param options.layers the custom layers the model was built with, by name
   * @param options.sampling the sampling layer, when it is not the default
   * @throws UserError when there is no run, or when a file in it is wrong
   */
  static async load(
    path: string,
    options: {
      readonly layers?: Readonly<Record<string, Layer>>;
      readonly sampling?: VAEOptions['sampling'];
    } = {},
  ): Promise<VAE> {
    const folder = await RunFolder.open(path);
    const { model } = await folder.readConfig();
    const name = `${folder.file('config.json')}: model`;
    const vae = new VAE({
      ...fromConfig(model, name, options.layers),
      ...(options.sampling ? { sampling: options.sampling } : {}),
    });
    const parameters = await folder.readParameters();
    const file = folder.file('parameters.safetensors');
    const missing = vae.specs.find((spec) => !Object.hasOwn(parameters, spec.name));
    if (missing) {
      throw new UserError(
        `${file}: there is no ${missing.name}. Give a run whose files belong together.`,
      );
    }
    try {
      vae.setParameters(parameters);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${file}: ${error.message} Give a run whose files belong together.`);
    }
    return vae;
  }

  /** Frees what the runtime holds; the model can still be used, and is then compiled again. */
  async release(): Promise<void> {
    const compiled = [...this.functions.values()];
    this.functions.clear();
    for (const each of compiled) await (await each).release();
  }
}
