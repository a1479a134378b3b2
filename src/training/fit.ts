import { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { permutation, randomStream } from '../data/random.js';
import type { Optimizer } from '../nn/index.js';
import {
  batchRuns,
  breathe,
  constantFeeds,
  evaluateObjective,
  MetricSums,
  type Metrics,
  scheduleAt,
} from './evaluate.js';
import { Feeder } from './feeder.js';
import type { Model } from './objective.js';
import type { Packing } from './pack.js';
import { compileEvaluation, compileTraining, type Feeds, type LoopedObjective } from './program.js';

/** Where a run stands inside an epoch. */
export interface Progress {
  /** Counts from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly steps: number;
  /** Means over the examples of the epoch so far. */
  readonly metrics: Metrics;
  readonly millisecondsPerStep: number;
}

/** One line of a run's history. `val_` stands before the names of validation metrics. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly [metric: string]: number;
  /** Seconds that the training steps took, validation not counted. */
  readonly seconds: number;
  readonly steps: number;
}

/** What is told as training goes on; training waits for what is returned. */
export interface Callback {
  /** Data, model and settings fit together, and the first step is next. */
  onStart?(): void | Promise<void>;
  onProgress?(progress: Progress): void | Promise<void>;
  onEpochEnd?(metrics: EpochMetrics): void | Promise<void>;
}

export interface FitSettings {
  /** How often every example is seen. */
  readonly epochs: number;
  /** Examples a step; a last smaller batch counts by its size. */
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Data that is evaluated after each epoch. */
  readonly validation?: Dataset | undefined;
  /** Decides order and noise. */
  readonly seed: number;
  readonly callbacks?: readonly Callback[] | undefined;
  /** Ends training after the steps under way; what was trained is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Threads inside one operator; small models are faster with one. */
  readonly threads?: number | undefined;
  /** Steps in one call of the runtime; by default as many as take about 80 ms. */
  readonly stepsPerCall?: number | undefined;
}

/** Why training ended before its last epoch. */
export type Stop =
  | { readonly reason: 'aborted' }
  /** The metric that was not finite, and the step (from 1) at which it was not. */
  | { readonly reason: 'non-finite'; readonly step: number; readonly metric: string };

export interface FitResult {
  readonly epochs: readonly EpochMetrics[];
  /** After the last step whose numbers were all finite. */
  readonly parameters: Record<string, Tensor>;
  readonly stopped?: Stop;
}

/** A call of the runtime should last about this long: it holds the event loop until it returns. */
const callMilliseconds = 80;

/** Batches of validation data. */
export const evaluationBatchSize = 256;

/** Below this many floating-point operations a step, a second thread costs more than it gives. */
const threadedFlops = 2e7;

function chooseThreads(packing: Packing, batchSize: number): number | undefined {
  const size = packing.specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return 6 * size * batchSize < threadedFlops ? 1 : undefined;
}

/** Checks what every model needs of its data and settings. @throws UserError */
export function checkFit(model: Model, dataset: Dataset, settings: FitSettings): void {
  for (const each of settings.validation ? [dataset, settings.validation] : [dataset]) {
    if (each.shape.join() !== model.shape.join()) {
      throw new UserError(
        `${each.name} has examples of shape [${each.shape.join(', ')}], but the model's input is [${model.shape.join(', ')}]. Make them agree.`,
      );
    }
  }
  const whole = (name: 'epochs' | 'batchSize', least: number) => {
    const value = settings[name];
    if (!Number.isInteger(value) || value < least) {
      throw new UserError(`${name} must be a whole number from ${least}, not ${value}.`);
    }
  };
  whole('epochs', 0);
  whole('batchSize', 1);
  if (settings.batchSize > dataset.size) {
    throw new UserError(
      `batchSize ${settings.batchSize} is more than the ${dataset.size} examples of ${dataset.name}. Use ${dataset.size} or less.`,
    );
  }
}

/** @throws UserError when a batch is smaller than a layer can be trained with */
function checkBatches(program: LoopedObjective, dataset: Dataset, batchSize: number): void {
  const last = dataset.size % batchSize || batchSize;
  for (const { layer, least } of program.batchNeeds) {
    if (last >= least) continue;
    const found =
      last === batchSize
        ? `batchSize is ${batchSize}`
        : `the last of ${dataset.size} examples in batches of ${batchSize} has ${last}`;
    throw new UserError(
      `${layer} needs at least ${least} examples in each training batch, but ${found}. Use another batchSize.`,
    );
  }
}

/** One training run: its state, and the loop that moves it on. */
class Run {
  private step = 0;
  private stepsPerCall: number;
  stopped: Stop | undefined;

  constructor(
    private readonly model: Model,
    private readonly dataset: Dataset,
    private readonly settings: FitSettings,
    private readonly program: LoopedObjective,
    private readonly feeder: Feeder,
    /** Packed parameters and slots. */
    public state: Feeds,
  ) {
    this.stepsPerCall = settings.stepsPerCall ?? 8;
  }

  /** Feeds that follow from the step's number. */
  private scalarFeeds(iterations: number): Feeds {
    const { optimizer } = this.settings;
    const rows: Record<string, Float32Array> = {};
    const set = (name: string, k: number, value: number) => {
      rows[name] ??= new Float32Array(iterations);
      rows[name][k] = value;
    };
    for (let k = 0; k < iterations; k++) {
      const step = this.step + k + 1;
      const scalars = optimizer.scalars(step, optimizer.learningRate);
      for (const name in scalars) set(`optimizer/${name}`, k, scalars[name]!);
      for (const name of this.program.stepScalars) {
        set(`schedule/${name}`, k, scheduleAt(this.model.schedules[name]!, step));
      }
    }
    return {
      ...constantFeeds(this.program.constants, this.model.schedules, this.step),
      ...Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, new Tensor('float32', row, [iterations])]),
      ),
    };
  }

  /** The state after so many iterations of a chunk. */
  private advance(results: Feeds): Feeds {
    return Object.fromEntries(
      Object.keys(this.state).map((name) => [name, results[`${name}.next`]!]),
    );
  }

  /** Runs a chunk. Returns its metrics, or undefined when a number was not finite. */
  private async chunk(order: Uint32Array, start: number, iterations: number, batchSize: number) {
    const feeds = await this.feeder.feeds(order, start, iterations, batchSize, this.step + 1);
    const run = (count: number) => {
      const first = Object.entries({ ...feeds, ...this.scalarFeeds(iterations) }).map(
        ([name, tensor]) => [name, count === iterations ? tensor : firstEntries(tensor, count)],
      );
      return this.program.session.run({ ...this.state, ...Object.fromEntries(first) });
    };
    const results = await run(iterations);
    const bad = firstNonFinite(this.program.metricNames, results, iterations);
    if (!bad) {
      this.state = this.advance(results);
      this.step += iterations;
      return results;
    }
    this.stopped = { reason: 'non-finite', step: this.step + bad.index + 1, metric: bad.metric };
    // A step is a pure function of state and feeds, so the last good state can be computed again.
    for (let count = bad.index; count > 0; count--) {
      const state = this.advance(await run(count));
      if (Object.values(state).every(allFinite)) {
        this.state = state;
        this.step += count;
        return undefined;
      }
    }
    return undefined;
  }

  /** One pass over the data. Returns its metrics, or undefined when the run stopped inside it. */
  async epoch(
    epoch: number,
  ): Promise<{ metrics: Metrics; seconds: number; steps: number } | undefined> {
    const { settings, dataset } = this;
    const order = permutation(randomStream(settings.seed, 'order', epoch), dataset.size);
    const steps = Math.ceil(dataset.size / settings.batchSize);
    const sums = new MetricSums();
    const began = performance.now();
    let done = 0;
    for (const part of batchRuns(dataset.size, settings.batchSize)) {
      for (let at = 0; at < part.iterations; ) {
        if (settings.signal?.aborted) {
          this.stopped = { reason: 'aborted' };
          return undefined;
        }
        const left = part.iterations - at;
        const count = Math.min(left, this.stepsPerCall, this.feeder.capacity(part.batchSize));
        const callBegan = performance.now();
        const start = part.start + at * part.batchSize;
        const results = await this.chunk(order, start, count, part.batchSize);
        if (!results) return undefined;
        sums.add(this.program.metricNames, results, count, part.batchSize);
        at += count;
        done += count;
        const now = performance.now();
        if (settings.stepsPerCall === undefined) {
          const perStep = (now - callBegan) / count;
          this.stepsPerCall = Math.max(1, Math.round(callMilliseconds / perStep));
        }
        await notify(settings.callbacks, 'onProgress', {
          epoch,
          epochs: settings.epochs,
          step: done,
          steps,
          metrics: sums.means(),
          millisecondsPerStep: (now - began) / done,
        });
        await breathe();
      }
    }
    return { metrics: sums.means(), seconds: (performance.now() - began) / 1000, steps };
  }

  /** Steps done. */
  get steps(): number {
    return this.step;
  }
}

async function notify<Name extends keyof Callback>(
  callbacks: readonly Callback[] = [],
  name: Name,
  event?: Parameters<NonNullable<Callback[Name]>>[0],
): Promise<void> {
  for (const callback of callbacks) {
    await (callback[name] as ((event: unknown) => void | Promise<void>) | undefined)?.(event);
  }
}

/** The first `count` entries of a tensor with a leading axis of iterations, or the new count. */
function firstEntries(tensor: Tensor, count: number): Tensor {
  if (tensor.dims.length === 0) {
    return tensor.type === 'int64'
      ? new Tensor('int64', BigInt64Array.of(BigInt(count)), [])
      : tensor;
  }
  const width = tensor.dims.slice(1).reduce((a, b) => a * b, 1);
  const data = (tensor.data as Float32Array).subarray(0, count * width);
  return new Tensor(tensor.type as 'float32', data, [count, ...tensor.dims.slice(1)]);
}

function allFinite(tensor: Tensor): boolean {
  return (tensor.data as Float32Array).every(Number.isFinite);
}

function firstNonFinite(names: readonly string[], results: Feeds, iterations: number) {
  for (let index = 0; index < iterations; index++) {
    for (const metric of names) {
      if (!Number.isFinite((results[metric]!.data as Float32Array)[index])) {
        return { index, metric };
      }
    }
  }
  return undefined;
}

/**
 * Trains a model. Step number and seed alone decide order and noise, so the result does not depend
 * on how steps are grouped into calls, nor on the number of threads.
 * @param initial the parameters to start from, by name
 * @throws UserError when data, model and settings do not fit together
 */
export async function fit(
  model: Model,
  packing: Packing,
  initial: Readonly<Record<string, Tensor>>,
  dataset: Dataset,
  settings: FitSettings,
): Promise<FitResult> {
  checkFit(model, dataset, settings);
  const { optimizer, validation, seed } = settings;
  const threads = settings.threads ?? chooseThreads(packing, settings.batchSize);
  const options = threads === undefined ? {} : { threads };
  const [program, evaluation] = await Promise.all([
    compileTraining(model, packing, optimizer, dataset.dtype, options),
    validation && compileEvaluation(model, packing, validation.dtype, options),
  ]);
  const epochs: EpochMetrics[] = [];
  try {
    checkBatches(program, dataset, settings.batchSize);
    const zeros = Object.fromEntries(
      packing.specs.map(({ name, shape }) => [
        name,
        new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
      ]),
    );
    const state = Object.assign(
      packing.packModel(initial),
      ...optimizer.slots.map((slot) => packing.pack(slot, zeros)),
    );
    const feeder = new Feeder(dataset, program, seed, 'training');
    const run = new Run(model, dataset, settings, program, feeder, state);
    await notify(settings.callbacks, 'onStart');
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const trained = await run.epoch(epoch);
      if (!trained) break;
      const { metrics, seconds, steps } = trained;
      const validated =
        evaluation && validation
          ? await evaluateObjective(evaluation, parametersOf(run.state), validation, {
              batchSize: evaluationBatchSize,
              seed,
              schedules: model.schedules,
              step: run.steps,
            })
          : {};
      const named = Object.entries(validated).map(([name, value]) => [`val_${name}`, value]);
      const line = { epoch, ...metrics, ...Object.fromEntries(named), seconds, steps };
      epochs.push(line);
      await notify(settings.callbacks, 'onEpochEnd', line);
    }
    return {
      epochs,
      parameters: packing.unpackModel(run.state),
      ...(run.stopped ? { stopped: run.stopped } : {}),
    };
  } finally {
    await program.session.release();
    await evaluation?.session.release();
  }
}

function parametersOf(state: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => /^(parameters|state)\//.test(name)),
  );
}
