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
import type { RunConfig } from '../../../src/vae/config/presets.js';
import { checkRun, fitOptionsOf } from '../../../src/vae/config/run-config.js';
import { fromConfig } from '../../../src/vae/index.js';
import { heldOutPart } from '../data/held-out.js';
import { checkpointFile, keptFile, learningFile, parametersFile } from '../runs/kept.js';
import type { KeptRun, Position } from '../storage/database.js';
import { controlsOf, numberChanges, type Steered } from '../train/steering.js';
import { type Trace, Tracer, traceOfRun } from '../train/trace.js';
import type { TrainEnd, TrainEvents, TrainRequest } from './api.js';
import { type LoadedData, partOf } from './data.js';
import { Keeping } from './keeping.js';
import { Recorder } from './learning/recorder.js';
import type { WatchedData } from './learning/watch.js';
import { toNumbers } from './numbers.js';
import { checkMemory, outOfMemory } from './room.js';

/** Images whose reconstructions are shown while a model trains. */
const shownImages = 10;

/** Rows that are compared with as many drawn ones while a model of a table trains, at most. */
const comparedRows = 2000;

/** Milliseconds between two messages of a kind to the page. */
const every = { progress: 100, trace: 250, pictures: 250 };

/** Seconds between two checkpoints, each of which redraws the reconstructions. */
const checkpointSeconds = 1;

/** One training: from its start, or from where the browser kept it, until it is halted or done. */
export class Training {
  private readonly stop = new AbortController();
  private readonly controls: Controls = {};
  private readonly keeping: Keeping;
  private steered: Steered;
  private tracer: Tracer;
  /** Steps of an epoch; 0 until that is known. */
  private stepsPerEpoch = 0;
  private recorder: Recorder | undefined;

  constructor(
    private readonly request: TrainRequest,
    private readonly events: TrainEvents,
    /** An earlier training in this worker: of the same run, it may have files that no storage has. */
    before?: Training,
  ) {
    const { run } = request;
    const isSame = before?.keeping.run.id === run.id;
    this.keeping = new Keeping(run, isSame ? before.keeping.files : {});
    this.steered = run.steered ?? {};
    Object.assign(this.controls, controlsOf(this.steered));
    this.tracer = new Tracer(traceOfRun(run));
  }

  /** Ends after the steps under way; the browser keeps the latest state. */
  halt(): void {
    this.stop.abort();
  }

  /** Changes numbers while it trains. */
  steer(changes: Steered): void {
    this.steered = { ...this.steered, ...changes };
    Object.assign(this.controls, controlsOf(this.steered));
    this.keeping.take({ steered: this.steered }, {});
  }

  /** The latest state, whether the browser keeps it or not. */
  get latest(): Keeping {
    return this.keeping;
  }

  /** @throws UserError when data, model and settings do not fit, or nothing is kept to go on from */
  async train(data: LoadedData): Promise<TrainEnd> {
    const { train, test } = data;
    const { request, events } = this;
    const { config, name } = request.run;
    const { model, training } = checkRun(config as unknown as RunConfig, name);
    const options = fromConfig(model, `${name}: model`);
    const vae = new VAE(options);
    const shown = new VAE(options);
    try {
      const bytes = request.resume ? await this.checkpoint() : undefined;
      const resume = bytes && decodeCheckpoint(bytes, `${name}: ${checkpointFile}`);
      this.tracer = new Tracer(traceOfRun(request.run), resume);
      const held = heldOutPart(config, test !== undefined);
      const watched = { data: test ?? train, few: partOf(data, held), areNew: held !== 'train' };
      const redraw = await this.redrawing(shown, watched);
      // Waits until the steps are compiled: the first model that is loaded decides on threads.
      const first = async () => {
        this.recorder = await this.record(shown, watched, resume);
        if (resume) return;
        await redraw(vae.parameters());
        await this.recorder.see({ step: 0, epochs: 0 }, vae.parameters());
      };
      events.onStage('compile');
      const history = await vae.fit(train, {
        ...fitOptionsOf(training),
        ...(test ? { validation: test, validationSplit: undefined } : {}),
        checkpoint: { seconds: checkpointSeconds, epochs: 1 },
        ...(resume ? { resume } : {}),
        controls: this.controls,
        callbacks: [this.callback(redraw, first, resume)],
        signal: this.stop.signal,
      });
      await redraw(vae.parameters());
      await this.recorder?.end(momentOf(this.tracer.trace), vae.parameters());
      const done = history.stopped?.reason !== 'aborted';
      await this.end(vae, done ? 'done' : 'unfinished');
      return { run: this.keeping.run };
    } catch (error) {
      if (error instanceof NonFiniteError) await this.end(vae, 'done', error.message);
      throw outOfMemory(error) ?? error;
    } finally {
      await vae.release();
      await shown.release();
    }
  }

  /** The checkpoint to go on from. @throws UserError when none is kept */
  private async checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    const { id, name } = this.request.run;
    const bytes = this.keeping.files[checkpointFile] ?? (await keptFile(id, checkpointFile));
    if (!bytes) {
      throw new UserError(`${name}: the browser keeps nothing to go on from. Start a new run.`);
    }
    return bytes;
  }

  /** Records how latents move, on from the record of before. */
  private async record(shown: VAE, watched: WatchedData, resume: Checkpoint | undefined) {
    const { id } = this.request.run;
    const bytes =
      resume && (this.keeping.files[learningFile] ?? (await keptFile(id, learningFile)));
    return Recorder.of(shown, watched, this.events, { bytes, step: resume?.step ?? 0 });
  }

  /**
   * @param redraw shows the reconstructions of the fixed images by a model of these parameters
   * @param first does the same before the first step
   * @param resume the checkpoint that training goes on from
   */
  private callback(
    redraw: (parameters: Readonly<Record<string, Tensor>>) => Promise<void>,
    first: () => Promise<void>,
    resume: Checkpoint | undefined,
  ): Callback {
    const { events } = this;
    let [told, drawn, redrawn] = [0, 0, 0];
    /** Epochs that the page was not told of yet. */
    let untold: EpochMetrics[] = [];
    return {
      onFootprint: checkMemory,
      onStart: async () => {
        events.onStage('train');
        await first();
      },
      onProgress: (progress) => {
        const now = performance.now();
        this.stepsPerEpoch = progress.steps;
        this.tracer.see(progress);
        if (now - drawn >= every.trace) {
          drawn = now;
          events.onTrace(this.tracer.trace);
        }
        if (now - told < every.progress) return;
        told = now;
        events.onProgress(progress, untold);
        untold = [];
      },
      onEpochEnd: (metrics) => {
        untold.push(metrics);
      },
      onCheckpoint: async (checkpoint) => {
        const parameters = parametersOf(checkpoint);
        this.take(checkpoint, parameters, resume);
        // Epochs may take less time than the pictures.
        if (performance.now() - redrawn >= every.pictures) {
          await redraw(parameters);
          redrawn = performance.now();
        }
        await this.recorder?.see(momentOf(this.tracer.trace), parameters);
        if (this.keeping.isDue) await this.keep();
      },
    };
  }

  /** Takes over the state at a checkpoint, all of it as it was there. */
  private take(
    checkpoint: Checkpoint,
    parameters: Readonly<Record<string, Tensor>>,
    resume: Checkpoint | undefined,
  ): void {
    const { history, epoch, batch: step } = checkpoint;
    const steps = this.stepsPerEpoch || (history.at(-1)?.steps ?? 0);
    const position: Position = { epoch, step, steps };
    const news = checkpoint.changes.slice(resume?.changes.length ?? 0);
    const changes = [...(this.request.run.changes ?? []), ...numberChanges(news, steps)];
    this.keeping.take(
      { metrics: history, trace: this.tracer.trace, position, changes, steered: this.steered },
      {
        [parametersFile]: () => encodeSafetensors(parameters),
        [checkpointFile]: () => encodeCheckpoint(checkpoint),
      },
    );
    this.events.onState(position, changes);
  }

  /** Keeps the state in which training ended. */
  private async end(vae: VAE, state: KeptRun['state'], problem?: string): Promise<void> {
    const parameters = encodeSafetensors(vae.parameters());
    const ended = { state, ...(problem === undefined ? {} : { problem }) };
    this.keeping.take(ended, { [parametersFile]: () => parameters });
    await this.keep();
  }

  /** Keeps the latest state, and tells the page; training goes on where there is no room. */
  async keep(): Promise<void> {
    const record = this.recorder?.file();
    if (record) this.keeping.take({}, { [learningFile]: () => record });
    const problem = await this.keeping.keep().then(
      () => undefined,
      (error: Error) => error.message,
    );
    await this.events.onKept(problem);
  }

  /**
   * Gives a function that shows a few images and their reconstructions by given parameters; of a table, how
   * the values of drawn rows are spread beside real ones.
   */
  private async redrawing(shown: VAE, { data, few: held, areNew }: WatchedData) {
    if (shown.input.kind === 'table') return this.redrawingTable(shown, data);
    if (!isPicture(shown.input) && shown.input.kind !== 'sequence') return async () => {};
    const few = datasets.ofEachClass(held, shownImages);
    const originals = await datasets.readRange(few, 0, few.size);
    const labels = shown.labelsOf(few);
    return async (parameters: Readonly<Record<string, Tensor>>) => {
      shown.setParameters(parameters);
      const made = await shown.reconstruct(originals, { labels });
      this.events.onPictures(toNumbers(originals), toNumbers(made), areNew);
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

const momentOf = ({ steps, stepsPerEpoch }: Trace) => ({
  step: steps,
  epochs: steps / stepsPerEpoch,
});

/** The model's tensors in a checkpoint. */
function parametersOf({ tensors }: Checkpoint): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([path, tensor]) => {
      const [, name] = /^(?:parameters|state)\/(.+)$/s.exec(path) ?? [];
      return name === undefined ? [] : [[name, tensor]];
    }),
  );
}
