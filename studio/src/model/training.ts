import type { Tensor } from 'onnxruntime-common';
import { encodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { isLearnt } from '../../../src/data/column.js';
import { isPicture } from '../../../src/data/input.js';
import {
  type Callback,
  type Checkpoint,
  type Controls,
  type Dataset,
  datasets,
  decodeCheckpoint,
  type EpochMetrics,
  encodeCheckpoint,
  NonFiniteError,
  UserError,
  VAE,
} from '../../../src/index.js';
import { formatBytes, formatCount } from '../../../src/report/number.js';
import type { Footprint } from '../../../src/step/index.js';
import type { RunConfig } from '../../../src/vae/config/presets.js';
import { checkRun, fitOptionsOf } from '../../../src/vae/config/run-config.js';
import { fromConfig } from '../../../src/vae/index.js';
import { checkpointFile, keepRun, keptFile, parametersFile } from '../runs/kept.js';
import type { KeptRun } from '../storage/database.js';
import { formFields } from '../train/fields.js';
import { Tracer, traceOfRun } from '../train/trace.js';
import type { Changes, TrainEnd, TrainEvents, TrainRequest } from './api.js';
import type { LoadedData } from './data.js';
import { toNumbers } from './numbers.js';
import { zipRun } from './zip.js';

/** Test images whose reconstructions are shown while a model trains. */
const shownImages = 10;

/** Rows that are compared with as many drawn ones while a model of a table trains, at most. */
const comparedRows = 2000;

/** Milliseconds between two messages of a kind to the page, and between two states that are kept. */
const every = { progress: 100, trace: 250, kept: 5000 };

/** Seconds between two checkpoints, each of which redraws the reconstructions. */
const checkpointSeconds = 1;

/** One training: from its start, or from where the browser kept it, until it is halted or done. */
export class Training {
  private readonly stop = new AbortController();
  private readonly controls: Controls = {};
  private run: KeptRun;
  private tracer: Tracer;
  private metrics: EpochMetrics[];
  private lastKept = Number.NEGATIVE_INFINITY;
  private files: Record<string, Uint8Array<ArrayBuffer>> = {};

  constructor(
    private readonly request: TrainRequest,
    private readonly events: TrainEvents,
    /** An earlier training in this worker: of the same run, it may have files that no storage has. */
    before?: Training,
  ) {
    if (before?.run.id === request.run.id) this.files = before.files;
    this.run = request.run;
    this.tracer = new Tracer(traceOfRun(request.run));
    this.metrics = [...request.run.metrics];
  }

  /** Ends after the steps under way; the browser keeps the latest state. */
  halt(): void {
    this.stop.abort();
  }

  /** Changes numbers while it trains. */
  steer(changes: Changes): void {
    const { controls } = this;
    const given = formFields.filter(({ live, name }) => live && changes[name] !== undefined);
    for (const { name, path } of given) {
      const value = changes[name]!;
      if (path.startsWith('model.objective.')) {
        controls.schedules = { ...controls.schedules, [name]: value };
      } else controls.learningRate = value;
    }
  }

  /**
   * The run as it now is as a zip archive, whether the browser keeps it or not.
   * @throws UserError when there is nothing to save yet
   */
  zip(): Promise<Uint8Array<ArrayBuffer>> {
    const parameters = this.files[parametersFile];
    if (!parameters) throw new UserError('Nothing is trained yet. Wait for the first steps.');
    return zipRun({ ...this.run, metrics: this.metrics }, parameters);
  }

  /** @throws UserError when data, model and settings do not fit, or nothing is kept to go on from */
  async train({ train, test }: LoadedData): Promise<TrainEnd> {
    const { request, events } = this;
    const { model, training } = checkRun(this.run.config as unknown as RunConfig, this.run.name);
    const options = fromConfig(model, `${this.run.name}: model`);
    const vae = new VAE(options);
    const shown = new VAE(options);
    try {
      const bytes = request.resume ? await this.checkpoint() : undefined;
      const resume = bytes && decodeCheckpoint(bytes, `${this.run.name}: ${checkpointFile}`);
      this.tracer = new Tracer(traceOfRun(request.run), resume);
      const redraw = await this.redrawing(shown, test ?? train);
      // Not before the steps are compiled: the first model that is loaded decides on threads.
      const first = async () => {
        if (!resume) await redraw(vae.parameters());
      };
      events.onStage('compile');
      const history = await vae.fit(train, {
        ...fitOptionsOf(training),
        ...(test ? { validation: test, validationSplit: undefined } : {}),
        checkpoint: { seconds: checkpointSeconds, epochs: 1 },
        ...(resume ? { resume } : {}),
        controls: this.controls,
        callbacks: [this.callback(redraw, first)],
        signal: this.stop.signal,
      });
      await redraw(vae.parameters());
      const done = history.stopped?.reason !== 'aborted';
      this.run = { ...this.run, state: done ? 'done' : 'unfinished' };
      this.files[parametersFile] = encodeSafetensors(vae.parameters());
      await this.keep();
      return { state: this.run.state };
    } catch (error) {
      if (error instanceof NonFiniteError) {
        this.files[parametersFile] = encodeSafetensors(vae.parameters());
        this.run = { ...this.run, state: 'done' };
        await this.keep();
      }
      throw outOfMemory(error) ?? error;
    } finally {
      await vae.release();
      await shown.release();
    }
  }

  /** The checkpoint to go on from. @throws UserError when none is kept */
  private async checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    const { id, name } = this.run;
    const bytes = this.files[checkpointFile] ?? (await keptFile(id, checkpointFile));
    if (!bytes) {
      throw new UserError(`${name}: the browser keeps nothing to go on from. Start a new run.`);
    }
    return bytes;
  }

  /**
   * @param redraw shows the reconstructions of the fixed images by a model of these parameters
   * @param first does the same before the first step
   */
  private callback(
    redraw: (parameters: Readonly<Record<string, Tensor>>) => Promise<void>,
    first: () => Promise<void>,
  ): Callback {
    const { events } = this;
    let [told, drawn] = [0, 0];
    return {
      onFootprint: (footprint) => {
        if (this.run.settings.device !== 'webgpu') checkMemory(footprint);
      },
      onStart: async () => {
        events.onStage('train');
        await first();
      },
      onProgress: (progress) => {
        const now = performance.now();
        this.tracer.see(progress);
        if (now - drawn >= every.trace || progress.step === progress.steps) {
          drawn = now;
          events.onTrace(this.tracer.trace);
        }
        if (now - told < every.progress && progress.step < progress.steps) return;
        told = now;
        events.onProgress(progress);
      },
      onEpochEnd: (metrics) => {
        this.metrics.push(metrics);
        events.onEpoch(metrics);
      },
      onCheckpoint: async (checkpoint) => {
        const parameters = parametersOf(checkpoint);
        this.files = {
          [parametersFile]: encodeSafetensors(parameters),
          [checkpointFile]: encodeCheckpoint(checkpoint),
        };
        await redraw(parameters);
        if (performance.now() - this.lastKept >= every.kept) await this.keep();
      },
    };
  }

  /** Keeps the run in the browser, and tells the page; training goes on where there is no room. */
  private async keep(): Promise<void> {
    this.lastKept = performance.now();
    const { metrics, tracer } = this;
    this.run = { ...this.run, modified: Date.now(), metrics, trace: tracer.trace };
    const problem = await keepRun(this.run, this.files).then(
      () => undefined,
      (error: Error) => error.message,
    );
    await this.events.onKept(problem);
  }

  /**
   * Gives a function that shows a few images and their reconstructions by given parameters; of a table, how
   * the values of drawn rows are spread beside real ones.
   */
  private async redrawing(shown: VAE, data: Dataset) {
    if (shown.input.kind === 'table') return this.redrawingTable(shown, data);
    if (!isPicture(shown.input) && shown.input.kind !== 'sequence') return async () => {};
    const few = datasets.ofEachClass(data, shownImages);
    const originals = await datasets.readRange(few, 0, few.size);
    const labels = shown.labelsOf(few);
    return async (parameters: Readonly<Record<string, Tensor>>) => {
      shown.setParameters(parameters);
      const made = await shown.reconstruct(originals, { labels });
      this.events.onPictures(toNumbers(originals), toNumbers(made));
    };
  }

  private async redrawingTable(shown: VAE, data: Dataset) {
    const few = datasets.spread(data, comparedRows);
    const { data: real } = await datasets.readRange(few, 0, few.size);
    const labels = shown.labelsOf(few);
    const columns = shown.input.columns?.filter(isLearnt) ?? [];
    const { marginals } = await import('../../../src/data/quality/marginals.js');
    return async (parameters: Readonly<Record<string, Tensor>>) => {
      if (!shown.hasPrior) return;
      shown.setParameters(parameters);
      const { data: drawn } = await shown.sample(few.size, { labels });
      const rows = { columns, real: real as Float32Array, synthetic: drawn as Float32Array };
      this.events.onMarginals(marginals(rows));
    };
  }
}

/** A page's runtime has addresses for so many bytes, and this share of them may be asked for. */
const mostBytes = 2 ** 32;
const mostShare = 0.8;

/** @throws UserError when the step of a training takes more memory than a page has */
function checkMemory({ parameters, memory }: Footprint): void {
  // Chromium tells how many GiB the machine has, 8 at the most.
  const { deviceMemory = 8 } = navigator as { readonly deviceMemory?: number };
  const limit = Math.min(mostBytes, deviceMemory * 2 ** 30);
  if (memory <= mostShare * limit) return;
  throw new UserError(
    `Training ${formatCount(parameters)} parameters so takes about ${formatBytes(memory)} of memory, more than ${100 * mostShare} % of the ${formatBytes(limit)} that a page can have. Take smaller pictures, a smaller batch, or fewer hidden units.`,
  );
}

/** The runtime's ways to say that memory is used up, in words; undefined for any other error. */
function outOfMemory(error: unknown): UserError | undefined {
  const { message } = error as Error;
  if (!/bad_alloc|out of memory|allocation failed|failed to allocate/i.test(message)) return;
  return new UserError(
    'The memory that a page has is too small for this model. Take fewer hidden units, a smaller batch, or a likelihood with fewer numbers a pixel.',
    { cause: error },
  );
}

/** The model's tensors among those of a checkpoint. */
function parametersOf({ tensors }: Checkpoint): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([path, tensor]) => {
      const [, name] = /^(?:parameters|state)\/(.+)$/s.exec(path) ?? [];
      return name === undefined ? [] : [[name, tensor]];
    }),
  );
}
