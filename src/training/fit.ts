import { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { permutation, randomStream } from '../data/random.js';
import { elementCount } from '../data/shape.js';
import { type Optimizer, watchedMetric } from '../nn/index.js';
import type { RuntimeEvent } from '../runtime/session.js';
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
import { checkFitOptions, checkMetric, type FitOptions } from './fit-options.js';
import type { Model } from './objective.js';
import type { Packing } from './pack.js';
import { compileEvaluation, compileTraining, type Feeds, type LoopedObjective } from './program.js';
import { initialUpdateState, UpdateClock } from './update.js';
import { MetricWatch } from './watch.js';

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
export interface EpochMetrics extends Metrics {
  readonly epoch: number;
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
  /**
   * At the end, how long each operation of the steps took. Steps are slower when this is asked for,
   * and the runtime keeps a million events at most. Node only.
   */
  onEvents?(events: readonly RuntimeEvent[]): void | Promise<void>;
}

export interface FitSettings extends FitOptions {
  /** How often every example is seen. */
  readonly epochs: number;
  /** Examples a step; a last smaller batch counts by its size. */
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Data that is evaluated after each epoch, ready as `fitData` gives it. */
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
  /** The metric that had not improved for long enough. */
  | { readonly reason: 'early-stopping'; readonly metric: string }
  /** The metric that was not finite, and the step (from 1) at which it was not. */
  | { readonly reason: 'non-finite'; readonly step: number; readonly metric: string };

export interface FitResult {
  readonly epochs: readonly EpochMetrics[];
  /**
   * Those of the best epoch where one was to be kept, else those after the last step whose numbers
   * were all finite; with `ema` their average.
   */
  readonly parameters: Record<string, Tensor>;
  /** The epoch whose parameters were kept. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  readonly stopped?: Stop;
}

/** A call of the runtime should last about this long: it holds the event loop until it returns. */
const callMilliseconds = 80;

/** Batches of validation data. */
export const evaluationBatchSize = 256;

/** Below this many floating-point operations a step, a second thread costs more than it gives. */
const threadedFlops = 2e7;

function chooseThreads(packing: Packing, batchSize: number): number | undefined {
  const size = packing.specs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return 6 * size * batchSize < threadedFlops ? 1 : undefined;
}

/** Checks what every run needs of its data and settings. @throws UserError */
function checkFit(dataset: Dataset, settings: FitSettings): void {
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
    private readonly clock: UpdateClock,
    /** The epochs behind. */
    private readonly history: readonly EpochMetrics[],
    /** Packed parameters, states, and what the update remembers. */
    public state: Feeds,
  ) {
    this.stepsPerCall = settings.stepsPerCall ?? 8;
  }

  /** Feeds that follow from the step's number. */
  private scalarFeeds(iterations: number): Feeds {
    const rows: Record<string, Float32Array> = {};
    const set = (name: string, k: number, value: number) => {
      rows[name] ??= new Float32Array(iterations);
      rows[name][k] = value;
    };
    for (let k = 0; k < iterations; k++) {
      const step = this.step + k + 1;
      const scalars = this.clock.scalars(step, this.history);
      for (const name in scalars) set(name, k, scalars[name]!);
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
  const width = elementCount(tensor.dims.slice(1));
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
  checkFit(dataset, settings);
  const options = checkFitOptions(settings);
  const { optimizer, validation, seed, epochs, batchSize } = settings;
  const threads = settings.threads ?? chooseThreads(packing, batchSize);
  const session = threads === undefined ? {} : { threads };
  const profile = settings.callbacks?.some(({ onEvents }) => onEvents) ?? false;
  const update = { ...options, optimizer, epochs };
  const [program, evaluation] = await Promise.all([
    compileTraining(model, packing, update, dataset.dtype, { ...session, profile }),
    validation && compileEvaluation(model, packing, validation.dtype, session),
  ]);
  const history: EpochMetrics[] = [];
  const { earlyStopping, keepBest } = options;
  const patience = earlyStopping && new MetricWatch(earlyStopping.metric, earlyStopping.minDelta);
  const watch = keepBest === undefined ? undefined : new MetricWatch(keepBest);
  let best: Feeds | undefined;
  try {
    checkBatches(program, dataset, batchSize);
    const check = (metric: string | undefined, where: string) => {
      if (metric === undefined) return;
      checkMetric(metric, where, program.metricNames, validation !== undefined);
    };
    check(watchedMetric(optimizer.learningRate), `${optimizer.type}.learningRate.metric`);
    check(earlyStopping?.metric, 'fit.earlyStopping.metric');
    check(keepBest, 'fit.keepBest');
    const clock = new UpdateClock(update, dataset.size, batchSize);
    const state = {
      ...packing.packModel(initial),
      ...initialUpdateState(packing, initial, update),
    };
    const feeder = new Feeder(dataset, program, seed, 'training', {
      augment: options.augment,
      binarize: options.binarize === 'dynamic',
    });
    const run = new Run(model, dataset, settings, program, feeder, clock, history, state);
    await notify(settings.callbacks, 'onStart');
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const trained = await run.epoch(epoch);
      if (!trained) break;
      const { metrics, seconds, steps } = trained;
      const validated =
        evaluation && validation
          ? await evaluateObjective(evaluation, judged(run.state), validation, {
              batchSize: evaluationBatchSize,
              seed,
              schedules: model.schedules,
              step: run.steps,
            })
          : {};
      const named = Object.entries(validated).map(([name, value]) => [`val_${name}`, value]);
      const rate =
        typeof optimizer.learningRate === 'number'
          ? {}
          : { learning_rate: clock.learningRate(clock.changesBy(epoch) - 1, history) };
      const line = { epoch, ...metrics, ...Object.fromEntries(named), ...rate, seconds, steps };
      history.push(line);
      if (watch?.see(line)) best = judged(run.state);
      patience?.see(line);
      await notify(settings.callbacks, 'onEpochEnd', line);
      if (patience && patience.waited >= earlyStopping!.patience) {
        run.stopped = { reason: 'early-stopping', metric: patience.metric };
        break;
      }
    }
    if (profile) await notify(settings.callbacks, 'onEvents', await program.session.events!());
    return {
      epochs: history,
      parameters: packing.unpackModel(best ?? judged(run.state)),
      ...(best && watch ? { best: { ...watch.best, metric: watch.metric } } : {}),
      ...(run.stopped ? { stopped: run.stopped } : {}),
    };
  } finally {
    await program.session.release();
    await evaluation?.session.release();
  }
}

/** What the model is judged by and ends with: parameters, or their averages, and states. */
function judged(state: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => /^(parameters|state)\//.test(name))
      .map(([name, tensor]) => [name, state[name.replace(/^parameters/, 'average')] ?? tensor]),
  );
}
