import type { Marginal } from '../../../src/data/quality/marginals.js';
import type { RowConditions } from '../../../src/data/tables/columns/where.js';
import type { KeptJudgement } from '../../../src/runs/index.js';
import type { EpochMetrics, Progress } from '../../../src/training/index.js';
import type { Health, ModelConfig, Summary } from '../../../src/vae/index.js';
import type { AnyPart } from '../data/held-out.js';
import type { AddedData, AddOptions, DataFacts, DataInfo, DataName, Part } from '../data/info.js';
import type { RunContent } from '../runs/content.js';
import type { KeptRun, Position } from '../storage/database.js';
import type { ConfigData } from '../train/chosen.js';
import type { Plan, PlannedConfig, TrainSettings } from '../train/settings.js';
import type { NumberChange, Steered } from '../train/steering.js';
import type { Trace } from '../train/trace.js';
import type { LearningEvents } from './learning/recorder.js';
import type { Measured } from './measure.js';
import type { Numbers } from './numbers.js';
import type { TableService } from './tables/api.js';

export type { Numbers };

/** Facts of an open model that the page needs. */
export interface ModelInfo {
  readonly config: ModelConfig;
  readonly summary: Summary;
  /** True where latents are vectors of a codebook. */
  readonly hasCodes: boolean;
  /** True where an example is a point of a space: latents are no codes, and have no positions. */
  readonly hasPoints: boolean;
  /** Shape of one example's latents: [latent], or [latent, ...positions]. */
  readonly latentShape: readonly number[];
  /** True where the encoder gives a mean and a variance for each latent. */
  readonly hasGaussianPosterior: boolean;
  /** True where log p(x) has a bound. */
  readonly hasBound: boolean;
  readonly hasPrior: boolean;
  /** Tells whether the loss is in nats: the likelihood is a distribution. */
  readonly isInNats: boolean;
  /** Number of classes that the model sees as labels, if it sees any. */
  readonly classes?: number;
}

/** Outputs of layers, [N, ...] each, by the layers' paths. */
export type LayerOutputs = Readonly<Record<string, Numbers>>;

/** Some examples of a dataset. */
export interface Examples {
  readonly images: Numbers;
  readonly labels?: Int32Array;
  /** The place of each in its part of the data. */
  readonly places: Uint32Array;
}

export interface Encoding {
  /** [N, latent], or [N, latent, ...positions]. */
  readonly mean: Numbers;
  /** Logarithm of the variance, of the mean's shape; −Infinity for a deterministic encoder. */
  readonly logVariance: Numbers;
  /**
   * Codes, where there is a codebook: [N, ...positions], or [N, depth, ...positions] with several a
   * position.
   */
  readonly codes?: Numbers;
}

/** Calls from the worker to the page while a model trains. */
export interface TrainEvents extends LearningEvents {
  /** The stage that begins: the data is loaded, the steps are compiled, or they run. */
  onStage(stage: 'data' | 'compile' | 'train'): void;
  /** @param epochs that ended since the last call */
  onProgress(progress: Progress, epochs: readonly EpochMetrics[]): void;
  onTrace(trace: Trace): void;
  /**
   * Some fixed images, [N, channels, height, width], and their present reconstructions.
   * @param areNew whether the model is not trained on them
   */
  onPictures(originals: Numbers, made: Numbers, areNew: boolean): void;
  /** The spread of the values of a table's columns, in real rows and in rows that the model draws. */
  onMarginals(marginals: readonly Marginal[]): void;
  /** The state at a checkpoint, which a download holds: its place, and the numbers changed so far. */
  onState(position: Position, changes: readonly NumberChange[]): void;
  /**
   * The browser keeps the latest state, or does not for the reason given. Fulfilled when the page
   * has taken this and every earlier call.
   */
  onKept(problem?: string): Promise<void>;
}

export interface TrainRequest {
  /** The run as it is kept, with its config. */
  readonly run: KeptRun;
  /** Goes on from the checkpoint that the browser keeps beside the run. */
  readonly resume: boolean;
}

/** A fit of a sampler. */
export interface FittedTo {
  readonly told: string | undefined;
  readonly examples: number;
}

/** Options for drawing examples. */
export interface DrawOptions {
  readonly seed?: number | undefined;
  /** Label of all of them, for models that see labels. */
  readonly label?: number | undefined;
  /** Conditions that rows of a table meet. */
  readonly where?: RowConditions | undefined;
}

/** The end of a training: all epochs are done, or it was halted and can go on. */
export interface TrainEnd {
  readonly run: KeptRun;
}

/**
 * The work of the worker. Every model that it opened is named by the id of its run. A call fails
 * with the message of a `UserError` where the user can mend the fault.
 */
export interface ModelService {
  /**
   * Called once, before all else.
   * @param page the page's address, beside which its data lies
   * @param lock the name of a lock that the worker holds as long as it lives
   */
  start(page: string, lock: string): Promise<void>;

  /** Opens a run's model, in the place of one of the same id. */
  open(run: RunContent): Promise<ModelInfo>;
  close(id: string): Promise<void>;
  /** @param labels for models that see labels: N of them, here and below */
  encode(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Encoding>;
  decode(id: string, z: Numbers, labels?: ArrayLike<number>): Promise<Numbers>;
  /** The outputs of the layers of the encoder for examples, and of the decoder for latents, by their paths. */
  encoderOutputs(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<LayerOutputs>;
  decoderOutputs(id: string, z: Numbers, labels?: ArrayLike<number>): Promise<LayerOutputs>;
  reconstruct(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Numbers>;
  sample(id: string, count: number, options?: DrawOptions): Promise<Numbers>;
  /**
   * Fits a sampler to the latents of the training part of data; examples are drawn by it from then on.
   * @param sampler as plain data; the model's prior when left out
   * @returns facts of the fit for people, where there are such, and how many examples it was fitted to
   */
  fitSampler(
    id: string,
    sampler: Readonly<Record<string, unknown>> | undefined,
    data: DataName,
  ): Promise<FittedTo>;
  /** Evidence lower bound of each image in nats, [N]. */
  elbo(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Float32Array>;

  /** Finds and loads data, which stays loaded. */
  data(data: DataName): Promise<DataInfo>;
  /** `count` examples that stand for a part, as the model of an open run sees them. */
  examples(id: string, data: DataName, part: Part, count: number): Promise<Examples>;
  /** `count` examples, of each class in turn, to be looked at. */
  examplesOfClasses(id: string, data: DataName, part: AnyPart, count: number): Promise<Examples>;
  /** `encode` of the images that `examples` gives. */
  encodeData(id: string, data: DataName, part: Part, count: number): Promise<Encoding>;
  /**
   * Evidence lower bounds in nats of the images that `examples` gives, from `start` to before `end`:
   * in black and white when the model was trained so, as `vaekit evaluate` takes them.
   */
  elboOfData(
    id: string,
    data: DataName,
    part: AnyPart,
    count: number,
    start?: number,
    end?: number,
  ): Promise<Float32Array>;
  health(id: string, data: DataName, part: Part): Promise<Health>;
  /**
   * Judges a model by `count` examples that stand for a part of the data; a run that the browser keeps keeps the
   * figures.
   * @param onMeasure is told the name of each measure before it is taken, and how many are done, a proxy
   */
  judge(
    id: string,
    data: DataName,
    part: AnyPart,
    count: number,
    onMeasure?: (name: string, done: number, of: number) => void,
  ): Promise<KeptJudgement>;

  /** Trains until all epochs are done or `halt`; one training a worker. @param events a proxy */
  train(request: TrainRequest, events: TrainEvents): Promise<TrainEnd>;
  /** Ends the training after the steps under way; it can go on from there. */
  halt(): Promise<void>;
  steer(changes: Steered): Promise<void>;
  /** Keeps the latest state of the training in the browser at once. */
  keep(): Promise<void>;
  /**
   * The latest state of the training, which is some seconds old at most.
   * @throws UserError when nothing is trained yet
   */
  snapshot(): Promise<RunContent>;

  /**
   * A run that the browser keeps as a zip archive of its run folder, which `vaekit` opens.
   * @param id left out, the run that this worker trained last, kept or not
   */
  zip(id?: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Keeps the run of a zip archive in the browser; undefined when the archive holds none.
   * @param name of the run
   */
  importRun(archive: Blob, name: string): Promise<KeptRun | undefined>;
  /**
   * Reads files, keeps their data in the browser, and loads it.
   * @param files by their paths in the folder that was given
   * @param onCount told how far pictures are, of how many, a proxy; each counts when it is looked at, and when
   *   it is decoded
   */
  addData(
    files: Readonly<Record<string, Blob>>,
    options?: AddOptions,
    onCount?: (done: number, of: number) => void,
  ): Promise<AddedData>;
  /** Stops the reading of files, which then fails. */
  stopReading(): Promise<void>;

  /** The uses of models of tables, which are loaded when they are first asked for. */
  tables(): Promise<TableService>;

  /**
   * Measures how long a step of a planned training takes here, by a few that are taken.
   * @param data facts of the data; the values of examples are drawn
   */
  measureStep(config: PlannedConfig, data: DataFacts): Promise<Measured>;

  /**
   * The content of a config file, checked.
   * @param name of the file, for messages
   */
  readConfig(text: string, name: string): Promise<ConfigData>;

  /** The plan of settings for data. */
  plan(settings: TrainSettings, data: DataFacts): Promise<Plan>;
}
