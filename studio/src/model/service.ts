import { parseJson } from '../../../src/base/json.js';
import { asModelSees, asValidated } from '../../../src/data/changes/seen.js';
import { placesOfEachClass, placesOfSpread } from '../../../src/data/changes/spread.js';
import { decodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { isLearnt, type TableColumn } from '../../../src/data/column.js';
import { matchData } from '../../../src/data/match.js';
import { type Dataset, datasets, type Tensor, UserError, VAE } from '../../../src/index.js';
import type { KeptJudgement } from '../../../src/runs/index.js';
import { readingFor } from '../../../src/vae/config/reading.js';
import { checkConfig } from '../../../src/vae/config/run-config.js';
import { describeOwnCode, ownCodeOf } from '../../../src/vae/own-code.js';
import { samplerFromConfig } from '../../../src/vae/samplers/index.js';
import type { AnyPart } from '../data/held-out.js';
import { importData } from '../data/import.js';
import type { AddOptions, DataFacts, DataInfo, DataName, Part } from '../data/info.js';
import { datasetsOf, keepData } from '../data/kept.js';
import type { RunContent } from '../runs/content.js';
import { changeKept } from '../runs/kept.js';
import type { KeptRun } from '../storage/database.js';
import { plan } from '../train/plan.js';
import type { PlannedConfig, TrainSettings } from '../train/settings.js';
import type { Steered } from '../train/steering.js';
import type {
  DrawOptions,
  Encoding,
  Examples,
  LayerOutputs,
  ModelInfo,
  ModelService,
  Numbers,
  TrainEnd,
  TrainEvents,
  TrainRequest,
} from './api.js';
import { type LoadedData, loadData, partOf } from './data.js';
import { measureStep } from './measure.js';
import { handOver, toNumbers, toTensor } from './numbers.js';
import type { OpenModel } from './open-model.js';
import { keepOpenedRun } from './opened-run.js';
import type { TableService } from './tables/api.js';
import { Training } from './training.js';
import { zipKept } from './zip.js';

const infoOf = (vae: VAE): ModelInfo => ({
  config: vae.config,
  summary: vae.layers(),
  hasCodes: vae.hasCodes,
  hasPoints: vae.hasPoints,
  latentShape: vae.latentShape,
  hasGaussianPosterior: vae.hasGaussianPosterior,
  hasBound: vae.hasBound,
  hasPrior: vae.hasPrior,
  isInNats: vae.isInNats,
  ...(vae.classes === undefined ? {} : { classes: vae.classes }),
});

function byPath(tensors: Readonly<Record<string, Tensor>>): LayerOutputs {
  const all = Object.entries(tensors).map(([path, tensor]) => [path, toNumbers(tensor)] as const);
  return handOver(Object.fromEntries(all), ...all.map(([, numbers]) => numbers));
}

/** Plain data of a config. */
type Config = Readonly<Record<string, unknown>>;

/** Examples that a sampler is fitted to, so that it takes a minute at most. */
const mostFitted = 10_000;

const factsOf = (dataset: Dataset) => ({
  size: dataset.size,
  hasLabels: dataset.labels !== undefined,
});

/** Models and data of one worker, and the uses of them. */
export class Service implements ModelService {
  private page = '';
  private readonly models = new Map<string, OpenModel>();
  private ofTables: Promise<TableService> | undefined;
  /** The latest training of this worker; the page has one at a time. */
  private training: Training | undefined;
  private reader = new AbortController();
  private readonly loaded = new Map<DataName, Promise<LoadedData>>();

  async start(page: string, lock: string): Promise<void> {
    this.page = page;
    // Absent where the page came neither from this machine nor over HTTPS.
    await new Promise<void>((held) => {
      if (!navigator.locks) return held();
      navigator.locks.request(lock, () => {
        held();
        return new Promise(() => {});
      });
    });
  }

  async open(run: RunContent): Promise<ModelInfo> {
    const own = describeOwnCode(ownCodeOf(run.config.model));
    if (own !== '') {
      throw new UserError(
        `${run.name} has ${own} of its own, which is code and no part of a run: the studio runs none. Use vaekit reconstruct, sample, evaluate or encode with --config vae.config.ts.`,
      );
    }
    const { tensors } = decodeSafetensors(run.parameters, `${run.name}/parameters.safetensors`);
    const vae = VAE.fromRun(run.config, tensors, {
      configName: `${run.name}/config.json`,
      parametersName: `${run.name}/parameters.safetensors`,
    });
    await this.close(run.id);
    const { training } = run.config as { training?: OpenModel['training'] };
    this.models.set(run.id, { vae, prior: vae.sampler, training: training ?? {} });
    return infoOf(vae);
  }

  async close(id: string): Promise<void> {
    const model = this.models.get(id);
    this.models.delete(id);
    await model?.vae.release();
  }

  async encode(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Encoding> {
    const { mean, logVariance, codes } = await this.model(id).vae.encode(toTensor(images), {
      labels,
    });
    const chosen = codes && {
      data: Float32Array.from(codes.data as BigInt64Array, Number),
      dims: [...codes.dims],
    };
    const encoding = {
      mean: toNumbers(mean),
      logVariance: toNumbers(logVariance),
      ...(chosen && { codes: chosen }),
    };
    return handOver(encoding, encoding.mean, encoding.logVariance);
  }

  async decode(id: string, z: Numbers, labels?: ArrayLike<number>): Promise<Numbers> {
    const images = toNumbers(await this.model(id).vae.decode(toTensor(z), { labels }));
    return handOver(images, images);
  }

  async encoderOutputs(id: string, images: Numbers, labels?: ArrayLike<number>) {
    return byPath(await this.model(id).vae.encoderOutputs(toTensor(images), { labels }));
  }

  async decoderOutputs(id: string, z: Numbers, labels?: ArrayLike<number>) {
    return byPath(await this.model(id).vae.decoderOutputs(toTensor(z), { labels }));
  }

  async reconstruct(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Numbers> {
    const made = toNumbers(await this.model(id).vae.reconstruct(toTensor(images), { labels }));
    return handOver(made, made);
  }

  async sample(id: string, count: number, { seed, label, where }: DrawOptions = {}) {
    const images = toNumbers(
      await this.model(id).vae.sample(count, {
        ...(seed === undefined ? {} : { seed }),
        ...(label === undefined ? {} : { label }),
        ...(where === undefined ? {} : { where }),
      }),
    );
    return handOver(images, images);
  }

  async elbo(id: string, images: Numbers, labels?: ArrayLike<number>): Promise<Float32Array> {
    const values = await this.model(id).vae.elbo(toTensor(images), { labels });
    return values.data as Float32Array;
  }

  async data(data: DataName): Promise<DataInfo> {
    const { title, train, test } = await this.dataset(data);
    const { classNames, table } = train;
    return {
      data,
      title,
      shape: train.shape,
      train: factsOf(train),
      ...(test ? { test: factsOf(test) } : {}),
      ...(classNames ? { classNames } : {}),
      ...(table ? { table } : {}),
    };
  }

  async examples(id: string, data: DataName, part: Part, count: number): Promise<Examples> {
    const dataset = await this.seen(id, data, part);
    return examplesAt(dataset, placesOfSpread(dataset, count));
  }

  async examplesOfClasses(id: string, data: DataName, part: AnyPart, count: number) {
    const dataset = await this.seen(id, data, part);
    return examplesAt(dataset, placesOfEachClass(dataset, count));
  }

  async encodeData(id: string, data: DataName, part: Part, count: number): Promise<Encoding> {
    const dataset = datasets.spread(await this.seen(id, data, part), count);
    return this.encode(id, await read(dataset), this.labels(id, dataset));
  }

  async elboOfData(
    id: string,
    data: DataName,
    part: AnyPart,
    count: number,
    start = 0,
    end = count,
  ): Promise<Float32Array> {
    const dataset = await this.validated(id, data, part);
    const chosen = datasets.subset(dataset, placesOfSpread(dataset, count).subarray(start, end));
    return this.elbo(id, await read(chosen), this.labels(id, chosen));
  }

  async health(id: string, data: DataName, part: Part) {
    return this.model(id).vae.health(await this.validated(id, data, part));
  }

  async fitSampler(id: string, sampler: Config | undefined, data: DataName) {
    const { vae, prior } = this.model(id);
    const chosen = sampler ? samplerFromConfig(sampler, 'sampler') : prior;
    if (!chosen) throw new UserError('This model has no prior to go back to. Fit a sampler.');
    const dataset = datasets.spread(await this.seen(id, data, 'train'), mostFitted);
    return { told: await vae.fitSampler(chosen, dataset), examples: dataset.size };
  }

  async judge(
    id: string,
    data: DataName,
    part: AnyPart,
    count: number,
    onMeasure?: (name: string, done: number, of: number) => void,
  ): Promise<KeptJudgement> {
    const dataset = await this.validated(id, data, part);
    // Loaded only when a run is judged.
    const { judge } = await import('../../../src/vae/judges/judge.js');
    const found = await judge(this.model(id).vae, dataset, {
      count,
      ...(onMeasure && { onMeasure }),
    });
    const named = typeof part === 'string' ? part : 'validation';
    const { title } = await this.dataset(data);
    const judgement = { data: title, part: named, ...found };
    const [, kept] = /^kept:(.+)$/.exec(id) ?? [];
    if (kept !== undefined) await changeKept(kept, { judgement });
    return judgement;
  }

  async zip(id?: string): Promise<Uint8Array<ArrayBuffer>> {
    return id === undefined && this.training ? this.training.latest.zip() : zipKept(id ?? '');
  }

  async importRun(archive: Blob, name: string): Promise<KeptRun | undefined> {
    return keepOpenedRun(archive, name);
  }

  async addData(
    files: Readonly<Record<string, Blob>>,
    options: AddOptions = {},
    onCount?: (done: number, of: number) => void,
  ) {
    const reader = new AbortController();
    this.reader = reader;
    const { model, read = {}, isPassing } = options;
    const reading = readingFor(read, model === undefined ? undefined : this.config(model));
    const cells = isPassing ? { cells: true } : {};
    const { data, card, skipped, opened } = await importData(
      files,
      { ...reading, ...cells, signal: reader.signal, ...(onCount ? { onCount } : {}) },
      options,
    );
    reader.signal.throwIfAborted();
    const name = `kept:${data.id}`;
    const loaded = isPassing ? { ...opened, title: data.name } : datasetsOf(data);
    this.loaded.set(name, Promise.resolve(loaded));
    const keeping = isPassing ? Promise.resolve() : keepData(data);
    const problem = await keeping.then(
      () => undefined,
      (error: Error) => error.message,
    );
    const { values } = data;
    return { ...(await this.data(name)), card, values, skipped, ...(problem ? { problem } : {}) };
  }

  async stopReading(): Promise<void> {
    this.reader.abort();
  }

  tables(): Promise<TableService> {
    this.ofTables ??= import('./tables/service.js').then(({ tableService }) =>
      tableService({
        model: (id) => this.model(id),
        seen: (id, data, part) => this.seen(id, data, part),
        loaded: (data) => this.dataset(data),
      }),
    );
    return this.ofTables;
  }

  async measureStep(config: PlannedConfig, data: DataFacts) {
    return measureStep(config, data);
  }

  async readConfig(text: string, name: string) {
    return checkConfig(parseJson(text, name), name);
  }

  async plan(settings: TrainSettings, data: DataFacts) {
    return plan(settings, data);
  }

  async train(request: TrainRequest, events: TrainEvents): Promise<TrainEnd> {
    const training = new Training(request, events, this.training);
    this.training = training;
    events.onStage('data');
    return training.train(await this.dataset(request.run.data));
  }

  async halt(): Promise<void> {
    this.training?.halt();
  }

  async steer(changes: Steered): Promise<void> {
    this.training?.steer(changes);
  }

  async keep(): Promise<void> {
    await this.training?.keep();
  }

  async snapshot(): Promise<RunContent> {
    if (!this.training) throw new UserError('Nothing is trained yet. Wait for the first steps.');
    return this.training.latest.content();
  }

  /** The config of an open model, as plain data. */
  private config(id: string): Readonly<Record<string, unknown>> {
    return { ...this.model(id).vae.config };
  }

  private model(id: string): OpenModel {
    const model = this.models.get(id);
    if (!model) throw new Error(`no model ${id} is open`);
    return model;
  }

  private dataset(data: DataName): Promise<LoadedData> {
    const known = this.loaded.get(data) ?? loadData(data, this.page);
    this.loaded.set(data, known);
    // A failure, such as a lost connection, may not come again the next time.
    known.catch(() => this.loaded.delete(data));
    return known;
  }

  /** A part of the data as an open model sees it. @throws UserError when it does not fit it */
  private async seen(id: string, data: DataName, part: AnyPart): Promise<Dataset> {
    const { vae, training } = this.model(id);
    const given = asModelSees(partOf(await this.dataset(data), part), training.augment);
    const [...input] = vae.config.input;
    const { columns: table } = vae.input;
    // Other tables may have as many columns.
    const dataset = table ? matchData({ shape: input, ...namesOfTable(table) }, given).data : given;
    if (dataset.shape.join() !== input.join()) {
      throw new UserError(
        `${dataset.name} has examples of shape [${dataset.shape.join(', ')}], but the model's input is [${input.join(', ')}]. Choose other data.`,
      );
    }
    return dataset;
  }

  /** A part of the data as an open model was validated on it. */
  private async validated(id: string, data: DataName, part: AnyPart): Promise<Dataset> {
    const { vae, training } = this.model(id);
    return asValidated(await this.seen(id, data, part), training.binarize, vae.config.seed);
  }

  /** The labels that a model sees with the examples; undefined when it sees none. */
  private labels(id: string, dataset: Dataset) {
    return this.model(id).vae.labelsOf(dataset) as ArrayLike<number> | undefined;
  }
}

/** The names by which rows of other tables are matched. */
const namesOfTable = (table: readonly TableColumn[]) => ({
  table,
  columns: table.filter(isLearnt).map(({ name }) => name),
});

/** All examples of a dataset. */
async function read(dataset: Dataset): Promise<Numbers> {
  return toNumbers(await datasets.readRange(dataset, 0, dataset.size));
}

/** Some examples of a dataset, with their labels. */
async function examplesAt(dataset: Dataset, places: Uint32Array): Promise<Examples> {
  const chosen = datasets.subset(dataset, places);
  const images = await read(chosen);
  const { labels } = chosen;
  return handOver(
    { images, places, ...(labels ? { labels: Int32Array.from(labels) } : {}) },
    images,
  );
}
