import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { RunFolder } from '../runs/index.js';
import type { FitOptions, Metrics } from '../training/index.js';
import type { Health } from './health/health.js';
import type { ImageOptions } from './model/engine.js';
import { type LabelOptions, labelsOf } from './model/examples.js';
import type { Labels } from './model/labels.js';
import { ModelWithTensors } from './model/with-tensors.js';
import type { ExportedProgram } from './programs/index.js';
import type { ProgramTarget } from './programs/target.js';
import type { Sampler, Tensors } from './samplers/index.js';
import * as uses from './uses/index.js';

/** Settings of a run's training, as its `config.json` keeps them. */
type TrainingData = Readonly<Record<string, unknown>>;

/**
 * A variational autoencoder (Kingma and Welling 2014): its network, parameters and training.
 *
 * Images are uint8, or float32 in their range, [N, ...input]; where a dataset may stand in their place,
 * it is read piece by piece, with its own labels. Its columns and classes are taken by the names that they
 * had in training; data that lacks a column, or is on another scale, is refused. Calls may overlap, of one
 * model or of several: each gives the same result as alone, by the parameters that the model has when it is
 * called. Tensors that are given are not copied: leave them as they are until the call is done. While a model
 * is trained, `fit` and `setParameters` are refused.
 */
export class VAE extends ModelWithTensors {
  private fitted: uses.FittedSampler | undefined;

  private get facts(): Omit<uses.SavedConfig, 'training'> {
    return { fitted: this.fitted, trainedOn: this.described };
  }

  /** Tells whether latents can be drawn: the model has a prior, or a sampler was fitted. */
  get hasPrior(): boolean {
    return this.sampler !== undefined;
  }

  /** The sampler that latents are drawn by: the one that was fitted, or else the prior. */
  get sampler(): Sampler | undefined {
    return this.fitted?.sampler ?? this.built.objective.bottleneck.prior;
  }

  /**
   * Trains the model on from its present parameters, or from a checkpoint. Meanwhile, and when training
   * fails, it has the parameters of the last finished epoch, and calls from `onEpochEnd` see them too. Where no
   * callback hears of epochs or progress, they are brought once a second at most.
   * @throws UserError when data, settings or checkpoint do not fit the model, or when it is being
   *   trained already
   * @throws NonFiniteError when a loss, gradient or parameter is not finite and training stops
   */
  async fit(data: Dataset, options: FitOptions = {}): Promise<uses.History> {
    this.requireNoFit('fit');
    this.isFitting = true;
    try {
      return await uses.fitModel(this.present, data, options, (tensors, trainedOn) => {
        this.drawn = tensors;
        this.described = trainedOn;
      });
    } finally {
      this.isFitting = false;
    }
  }

  /**
   * The loss and its terms: means over the data, with schedules at their ends. For uint8 data also
   * `bitsPerDimension`, where the model has a bound on it (Theis et al. 2016, §3.1).
   */
  async evaluate(data: Dataset, options: uses.EvaluateOptions = {}): Promise<Metrics> {
    return uses.evaluate(this.present, await this.seen(data), options);
  }

  /** The latents of examples. @throws UserError when these or their labels do not fit */
  async encode(images: Tensor | Dataset, options: LabelOptions = {}): Promise<uses.Encoding> {
    return uses.encode(this.present, await this.seen(images), options);
  }

  /**
   * The images that latents stand for: the mean of p(x | z).
   * @param z float32 [N, latent]; with a codebook [N, latent, ...positions]
   * @returns float32 [N, ...input], in their range
   */
  async decode(z: Tensor, options: LabelOptions & ImageOptions = {}): Promise<Tensor> {
    return uses.decode(this.present, z, options);
  }

  /**
   * The outputs of the encoder's layers and heads, such as feature maps of convolutions.
   * @returns float32 [N, ...] by the layer's path: `encoder.0`, `mean`
   * @throws UserError when images or labels do not fit
   */
  async encoderOutputs(images: Tensor, options: LabelOptions = {}): Promise<Tensors> {
    return uses.encoderOutputs(this.present, images, options);
  }

  /**
   * The outputs of the decoder's layers for latents.
   * @param z as in `decode`
   * @returns float32 [N, ...] by the layer's path: `decoder.0`
   * @throws UserError when latents or labels do not fit
   */
  async decoderOutputs(z: Tensor, options: LabelOptions = {}): Promise<Tensors> {
    return uses.decoderOutputs(this.present, z, options);
  }

  /**
   * Images through the encoder and, from the posterior's mean, through the decoder.
   * @returns float32 [N, ...input], in their range
   */
  async reconstruct(
    images: Tensor | Dataset,
    options: LabelOptions & ImageOptions = {},
  ): Promise<Tensor> {
    return uses.reconstruct(this.present, await this.seen(images), options);
  }

  /**
   * Images decoded from latents that the model's sampler draws: the prior, N(0, I) or a codebook's codes
   * by their use, unless another one was fitted.
   * @returns float32 [count, ...input], in their range
   * @throws UserError when there is no sampler, or the likelihood is nothing to draw from
   */
  async sample(count: number, options: uses.SampleOptions = {}): Promise<Tensor> {
    return uses.sample(this.present, count, options, this.fitted);
  }

  /**
   * Fits a sampler to the latents of a dataset; from then on images are drawn by it, and it is saved
   * with the model.
   * @returns words that tell of the fit, such as `12 components`; undefined where there is nothing to tell
   * @throws UserError when it cannot be fitted to them
   */
  async fitSampler(sampler: Sampler, data: Dataset): Promise<string | undefined> {
    this.fitted = await uses.fitSampler(this.present, sampler, await this.seen(data));
    return sampler.describe?.(this.fitted.tensors);
  }

  /**
   * The evidence lower bound of each image, log p(x | z) − KL(q(z | x) ‖ p(z)) with one draw of z
   * (Kingma and Welling 2014, eq. 10): images unlike the training data have a low one.
   * @param options.seed decides the draws; the model's seed when left out
   * @returns nats, float32 [N]
   * @throws UserError when the model has no posterior density
   */
  async elbo(
    images: Tensor | Dataset,
    options: LabelOptions & { readonly seed?: number } = {},
  ): Promise<Tensor> {
    return uses.elbo(this.present, await this.seen(images), options);
  }

  /**
   * An estimate of log p(x) by importance sampling: log (1/K) Σₖ p(x, zₖ) / q(zₖ | x) with K draws
   * of q(z | x), a lower bound that rises with K (Burda et al. 2016, eq. 8,
   * https://arxiv.org/abs/1509.00519).
   * @throws UserError when the model has no posterior density, or samples is not a number from 1
   */
  async logLikelihood(
    data: Dataset,
    options: uses.LikelihoodEstimateOptions = {},
  ): Promise<uses.LikelihoodEstimate> {
    return uses.logLikelihood(this.present, await this.seen(data), options);
  }

  /**
   * An estimate of log p(x) by annealed importance sampling (Neal 2001; Wu et al. 2017, §3,
   * https://arxiv.org/abs/1611.04273): chains of Hamiltonian Monte Carlo lead from the prior to p(z | x), so that it
   * is near log p(x) also where the encoder is not near p(z | x). It takes chains · temperatures · leapfrogSteps
   * decodings of each example and their gradients, and a quarter more for the sizes of the steps.
   * @throws UserError when the prior or the likelihood has no density, or when chains, temperatures
   *   or leapfrogSteps is not a number from 1
   */
  async annealedLogLikelihood(
    data: Dataset,
    options: uses.AnnealingOptions = {},
  ): Promise<uses.AnnealedEstimate> {
    return uses.annealedLogLikelihood(this.present, await this.seen(data), options);
  }

  /**
   * Measures how unlike the training data examples are: an estimate of −log p(x) of each by importance sampling,
   * as `logLikelihood` makes it. Of tables also how many nats each value takes, so that the columns that make a
   * row odd can be ranked; a missing value adds nothing.
   * @throws UserError when the model has no posterior density, or samples is not a number from 1
   */
  async score(images: Tensor | Dataset, options: uses.ScoreOptions = {}): Promise<uses.Scores> {
    return uses.score(this.present, await this.seen(images), options);
  }

  /**
   * Rows of a table with their gaps (NaN) filled, by draws z of q(z | observed), weighted by importance (MIWAE, Mattei
   * and Frellsen 2019, §3.2, https://arxiv.org/abs/1812.02633): once by the mean of each number (eq. 13) and the
   * likeliest category, and as often as is asked for by draws.
   * @param rows float32 [N, F], or a dataset of rows
   * @throws UserError when the model's examples are no rows of a table, or it has no posterior density
   */
  async impute(rows: Tensor | Dataset, options: uses.ImputeOptions = {}): Promise<uses.Imputation> {
    return uses.impute(this.present, await this.seen(rows), options);
  }

  /** The labels of a dataset's examples, from `start` to before `end`. */
  labelsOf(data: Dataset, start = 0, end = data.size): Labels | undefined {
    return labelsOf(this.matched(data), this.classes, start, end);
  }

  /**
   * The loss of one batch, its terms and its gradients.
   * @throws UserError when something does not fit the model, or noise that it needs is missing
   */
  async valueAndGradients(
    images: Tensor,
    options: uses.GradientOptions,
  ): Promise<uses.ValueAndGradients> {
    return uses.valueAndGradients(this.present, images, options);
  }

  /**
   * Dead and saturated hidden units, collapsed latents and unused codes, judged by 2,000 examples
   * spread over the data, or all where there are fewer.
   */
  async health(data: Dataset, options: uses.HealthOptions = {}): Promise<Health> {
    return uses.examine(this.present, await this.seen(data), options);
  }

  /**
   * `encoder.onnx`: image [N, ...input] to mean and log_variance [N, latent]; to mean alone where the
   * encoder is deterministic, to z and codes with a codebook. Models that see labels have the input
   * label, int64 [N].
   */
  exportEncoder(): Uint8Array {
    return uses.encoderModel(this.built, this.tensors);
  }

  /** `decoder.onnx`: z [N, latent], and label where the model sees it, to image [N, ...input]. */
  exportDecoder(): Uint8Array {
    return uses.decoderModel(this.built, this.tensors);
  }

  /**
   * The model as a small program of another ecosystem that gives the same numbers: its files by name, with its
   * parameters and `check.safetensors` or `check.json`, by which it compares itself with this one.
   * @throws UserError that names the part which cannot be exported
   */
  async exportProgram(target: ProgramTarget): Promise<ExportedProgram> {
    const { exportProgram } = await import('./programs/index.js');
    return exportProgram(this.present, target, this.fitted);
  }

  /**
   * Writes a run folder: `config.json`, `parameters.safetensors`, `encoder.onnx`, `decoder.onnx`, and
   * `sampler.safetensors` where one was fitted; all as the model is when this is called.
   * @param path a folder that holds no run yet
   * @param training how the model was trained, kept in `config.json`
   * @throws UserError when the folder cannot be written or already holds a run
   */
  save(path: string, training: TrainingData = {}): Promise<RunFolder> {
    return uses.saveModel(path, this.present, { training, ...this.facts });
  }

  /**
   * Writes the model into a run folder. Even when the writing is broken off, its files belong together.
   * @param signal ends the writing between two files
   */
  saveTo(folder: RunFolder, training: TrainingData = {}, signal?: AbortSignal): Promise<void> {
    return uses.writeModel(folder, this.present, { training, ...this.facts }, signal);
  }

  /** Writes how the model is built, before it has been trained. */
  saveConfigTo(folder: RunFolder, training: TrainingData = {}): Promise<void> {
    return uses.writeConfig(folder, this.built, { training, trainedOn: this.described });
  }

  /**
   * The model of a run. The files' sizes and shapes are checked against each other before memory is
   * taken for the parameters, and no code of a file is run.
   * @param place a run folder, a zip archive of one, the bytes of such an archive, `hf://owner/name` on the Hub
   *   (with `@revision` and `/path` where they are wanted), or a run that is open
   * @throws UserError when there is no run, or when a file in it is wrong
   */
  static async load(
    place: string | Uint8Array | RunFolder,
    options: uses.LoadOptions = {},
  ): Promise<VAE> {
    const folder = place instanceof RunFolder ? place : await RunFolder.open(place, options.hub);
    const config = await folder.readConfig();
    const vae = new VAE(uses.optionsOf(config.model, folder.file('config.json'), options));
    vae.drawn = await uses.readParameters(folder, vae.built);
    vae.fitted = await uses.readSampler(folder, config);
    vae.described = uses.readTrainedOn(config, folder.file('config.json'));
    return vae;
  }

  /**
   * The model of a run whose files were read already, where there is no folder.
   * @param config the content of `config.json`
   * @param parameters the tensors of `parameters.safetensors`, which are copied
   * @param options.configName, options.parametersName names of the files in messages
   * @throws UserError when the model is wrong, or when the parameters do not fit it
   */
  static fromRun(
    config: Readonly<Record<string, unknown>>,
    parameters: Tensors,
    options: uses.LoadOptions & {
      readonly configName?: string;
      readonly parametersName?: string;
    } = {},
  ): VAE {
    const { configName = 'config.json', parametersName = 'parameters.safetensors' } = options;
    const vae = new VAE(uses.optionsOf(config.model, configName, options));
    const announced = Object.entries(parameters).map(([key, { type, dims }]) => {
      return { key, type, shape: dims };
    });
    uses.requireParameters(vae.built, announced, parametersName);
    vae.drawn = {};
    vae.setParameters(parameters);
    vae.described = uses.readTrainedOn(config, configName);
    return vae;
  }
}
