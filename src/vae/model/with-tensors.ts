import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { ownArray } from '../../base/realm.js';
import type { Dataset } from '../../data/dataset.js';
import type { DataDescription } from '../../data/description.js';
import type { InputDescription } from '../../data/input.js';
import { checkScale, matchData } from '../../data/match.js';
import type { Model } from '../../step/index.js';
import { hasDensity } from '../bottlenecks/index.js';
import type { ModelConfig, VAEOptions } from '../config/options.js';
import type { Tensors } from '../samplers/index.js';
import { BuiltModel } from './built.js';
import { Engine, type Present } from './engine.js';
import { isDataset } from './examples.js';
import { formatSummary, layersOf, type Summary } from './summary.js';

/** A model with its tensors, before anything is done with it. */
export class ModelWithTensors {
  protected readonly built: BuiltModel;
  protected readonly engine: Engine;
  /** Tensors, never changed, only replaced: a call under way goes on with the ones that it began with. */
  protected drawn: Tensors | undefined;
  protected isFitting = false;
  protected described: DataDescription | undefined;

  /**
   * A model with new parameters, decided by the seed.
   * @throws UserError when an option is wrong, or when the layers' shapes do not fit
   */
  constructor(options: VAEOptions) {
    this.built = new BuiltModel(options);
    this.engine = new Engine(this.built);
  }

  /** Config by which the model is built, as in `config.json`. */
  get config(): ModelConfig {
    return this.built.config;
  }

  /** Examples as the model knows them: shape, kind, range and scaling. */
  get input(): InputDescription {
    return this.built.input;
  }

  /** Facts of the data that it was trained on; undefined before that. */
  get trainedOn(): DataDescription | undefined {
    return this.described;
  }

  /** A dataset by the columns and classes of the data that the model was trained on. */
  protected matched(data: Dataset): Dataset {
    if (!this.described) return data;
    const known = { ...this.described, table: this.input.columns };
    return matchData(known, data, this.classes !== undefined).data;
  }

  /** Examples to use the model on: a dataset by its names and on its scale, a tensor as it is. */
  protected async seen<Given extends Tensor | Dataset>(given: Given): Promise<Given> {
    if (!this.described || !isDataset(given)) return given;
    const data = this.matched(given);
    await checkScale(this.described, data);
    return data as Given;
  }

  /** The tensors: drawn when they are first asked for, as a model that is loaded never does. */
  protected get tensors(): Tensors {
    this.drawn ??= this.built.initialTensors();
    return this.drawn;
  }

  protected get present(): Present {
    const { built: model, engine, tensors, described: trainedOn } = this;
    return { model, engine, tensors, trainedOn };
  }

  /** Names of the objective's numbers that `fit({ controls })` can change, such as `beta`. */
  get schedules(): readonly string[] {
    return Object.keys(this.built.objective.schedules);
  }

  /** The form of the latents: `gaussian`, `deterministic`, `vectorQuantized`. */
  get bottleneck(): string {
    return this.built.objective.bottleneck.type;
  }

  /** True where latents are vectors of a codebook: `encode` gives `codes`. */
  get hasCodes(): boolean {
    return this.built.objective.bottleneck.codes !== undefined;
  }

  /** Shape of one example's latents: [latent], or [latent, ...positions]. */
  get latentShape(): readonly number[] {
    return this.built.latentShape;
  }

  /** True where an example is a point of a space, [latent]: latents are no codes, and have no positions. */
  get hasPoints(): boolean {
    return !this.hasCodes && this.latentShape.length === 1;
  }

  /** True where q(z | x) is a diagonal Gaussian, of the mean and the variance that `encode` gives. */
  get hasGaussianPosterior(): boolean {
    return this.built.objective.bottleneck.posterior !== undefined;
  }

  /** True where q(z | x) is Gaussian and the prior is N(0, I): each latent has a KL divergence of its own. */
  get hasLatentKl(): boolean {
    const { posterior, draws } = this.built.objective.bottleneck;
    return posterior !== undefined && draws === undefined;
  }

  /** True where log p(x) has a bound: q(z | x) and p(x | z) have densities. */
  get hasBound(): boolean {
    return this.isInNats && hasDensity(this.built.objective.bottleneck);
  }

  /** Tells whether errors are in nats: the likelihood is a distribution. */
  get isInNats(): boolean {
    return this.built.network.likelihood.support !== 'none';
  }

  /** Number of classes of labels, for models that see labels. */
  get classes(): number | undefined {
    return this.built.objective.classes;
  }

  /** The name of class i at place i, for models that see labels and know their names. */
  get classNames(): readonly string[] | undefined {
    return this.built.objective.classNames;
  }

  /**
   * Copies of the model's tensors by name: `encoder.0.weight`, `mean.bias`; also untrained ones, such as
   * running means.
   */
  parameters(): Record<string, Tensor> {
    const { tensors } = this;
    return Object.fromEntries(this.built.specs.map(({ name }) => [name, copyOf(tensors[name]!)]));
  }

  /**
   * Puts values in the place of parameters; parameters that are not named stay.
   * @param values float32 tensors by parameter name; they are copied
   * @throws UserError when a name is unknown, a shape or dtype is wrong, or the model is being
   *   trained; nothing changes then
   */
  setParameters(values: Tensors): void {
    this.requireNoFit('setParameters');
    for (const [name, tensor] of Object.entries(values)) {
      const { type, dims } = tensor ?? {};
      const wrong = Array.isArray(dims)
        ? this.built.misfit(name, type, dims)
        : `${name} is no tensor. Give a float32 tensor for each parameter.`;
      if (wrong) throw new UserError(wrong);
    }
    const copies = Object.entries(values).map(([name, tensor]) => [name, copyOf(tensor)]);
    this.drawn = { ...this.tensors, ...Object.fromEntries(copies) };
  }

  /** @throws UserError while the model is being trained */
  protected requireNoFit(method: string): void {
    if (!this.isFitting) return;
    throw new UserError(
      `${method}: the model is being trained, which would end with other parameters. Wait until fit is done, end it by its signal, or use another model.`,
    );
  }

  /** The layers with their output shapes and parameter counts. */
  layers(): Summary {
    return layersOf(this.built);
  }

  /** A table of the layers, as Keras prints it. */
  summary(): string {
    return formatSummary(this.layers());
  }

  /** The model as training sees it. @param examples how many the data has */
  model(examples = 1): Model {
    return this.built.forTraining(examples);
  }

  /** Frees the runtime's memory, for calls under way when they end; it is taken anew when needed. */
  release(): Promise<void> {
    return this.engine.release();
  }
}

function copyOf({ data, dims }: Tensor): Tensor {
  return new Tensor('float32', ownArray(data as Float32Array).slice(), dims);
}
