import { Tensor } from 'onnxruntime-common';
import { breathe } from '../base/breathe.js';
import { permutation, randomStream } from '../base/random.js';
import type { Dataset } from '../data/dataset.js';
import {
  type Feeds,
  feedName,
  type Layout,
  type LoopedObjective,
  nextOf,
  type StateMemory,
  type UpdateClock,
} from '../step/index.js';
import type { Agreement } from './agreement.js';
import { notify } from './callbacks.js';
import type { Position } from './checkpoint.js';
import type { CheckpointClock } from './checkpoint-clock.js';
import type { Overrides } from './controls.js';
import { constantFeeds, MetricSums, numberAt } from './evaluate.js';
import type { Feeder } from './feeder.js';
import type { History } from './history.js';
import { findNonFinite, firstNonFinite, type NonFinite } from './non-finite.js';
import type { FitSettings, Stop } from './settings.js';

/**
 * A call of the runtime should last about this long: progress and signals are looked at between two. From one to the
 * next it takes 1.5 to 2 ms.
 */
const callMilliseconds = 160;

/** The share of a call's time for moving the state at most; a call that would spend more lasts longer. */
const transferShare = 0.08;

/** Milliseconds that such a call lasts, at most. */
const longestCallMilliseconds = 400;

/**
 * Decides how many steps a call should take.
 * @param transfer milliseconds that each call spends on moving the state
 * @param taken how long the call before took for its `count` steps
 */
export function stepsOfCall(transfer: number, taken: number, count: number): number {
  // The transfer is an estimate only, and a step is no less than a part of the whole.
  const perStep = Math.max(taken - transfer, taken / 4) / count;
  const length = Math.max(callMilliseconds, transfer / transferShare);
  return Math.max(1, Math.round(Math.min(length, longestCallMilliseconds) / perStep));
}

/** Batches that go into one call. */
interface Chunk {
  readonly epoch: number;
  /** Place of the first batch in the epoch. */
  readonly batch: number;
  /** Number of the step before the first. */
  readonly step: number;
  readonly count: number;
  readonly batchSize: number;
}

/** A chunk whose examples and noise are being drawn. */
interface Drawing {
  readonly chunk: Chunk;
  readonly feeds: Promise<Feeds>;
}

/** Batches left out one after another before training gives up. */
const mostSkippedInRow = 100;

/** The factor of the learning rate at a rollback, and the most rollbacks. */
const rollbackFactor = 0.5;
const mostRollbacks = 10;

/** The pieces that a training is made of. */
export interface LoopParts {
  readonly layout: Layout;
  readonly dataset: Dataset;
  readonly settings: FitSettings;
  readonly program: LoopedObjective;
  readonly memory: StateMemory;
  readonly feeder: Feeder;
  readonly agreement: Agreement;
  readonly clock: UpdateClock;
  readonly overrides: Overrides;
  readonly checkpoints: CheckpointClock;
  readonly history: History;
  /** Told where checkpoints are due inside an epoch. */
  readonly onCheckpoint: () => Promise<void>;
}

/** State in which a training begins, or goes on. */
export interface LoopStart {
  readonly state: Feeds;
  readonly position: Position;
  /** Seconds that the epoch under way has taken. */
  readonly seconds?: number;
  readonly skipped?: { readonly all: number; readonly inRow: number };
  /** The state that a rollback leads to; the present one when left out. */
  readonly anchor?: Feeds;
}

/** The loop of a training: its state, and the calls of the runtime that move it on. */
export class TrainingLoop {
  private stepsPerCall: number;
  /** The next call's examples and noise, drawn while one runs. */
  private ahead: Drawing | undefined;
  private order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;
  private sums: MetricSums;
  private step: number;
  private batch: number;
  epoch: number;
  stopped: Stop | undefined;

  state: Feeds;
  seconds: number;
  skipped: { readonly all: number; readonly inRow: number };
  anchor: Feeds;

  constructor(
    private readonly parts: LoopParts,
    { state, position, seconds = 0, skipped = { all: 0, inRow: 0 }, anchor = state }: LoopStart,
  ) {
    // The first number comes as soon as may be: a step of a large network takes seconds in a browser.
    this.stepsPerCall = parts.settings.stepsPerCall ?? 1;
    this.state = state;
    this.seconds = seconds;
    this.skipped = skipped;
    this.anchor = anchor;
    this.step = position.step;
    this.epoch = position.epoch;
    this.batch = position.batch;
    this.sums = new MetricSums(position.totals);
  }

  get position(): Position {
    const { step, epoch, batch } = this;
    return { step, epoch, batch, totals: this.sums.totals() };
  }

  /** Batches in an epoch. */
  get batches(): number {
    return Math.ceil(this.parts.dataset.size / this.parts.settings.batchSize);
  }

  /** The epoch under way is over: the next one begins. */
  nextEpoch(): void {
    this.epoch += 1;
    this.batch = 0;
    this.seconds = 0;
    this.sums = new MetricSums();
    const losses = this.parts.history.epochs.map(({ loss }) => loss);
    const lowest = Math.min(...losses);
    // A loss that has doubled is on its way to infinity: a rollback must lead to a state before that.
    if (losses.at(-1)! <= lowest + Math.abs(lowest)) {
      const before = this.anchor;
      this.anchor = this.state;
      this.parts.memory.free(before, [this.state]);
    }
  }

  /** Means of the epoch so far. */
  get metrics() {
    return this.sums.means();
  }

  /** Trains to the end of the epoch under way, or until `stopped` says why not. */
  async trainEpoch(): Promise<void> {
    const { settings, checkpoints } = this.parts;
    const { callbacks } = settings;
    const before = this.seconds;
    const began = performance.now();
    let done = 0;
    while (this.batch < this.batches) {
      if (await this.stops()) {
        this.stopped = { reason: 'aborted' };
        return;
      }
      const callBegan = performance.now();
      const count = await this.call();
      if (this.stopped) return;
      done += count;
      const now = performance.now();
      this.seconds = before + (now - began) / 1000;
      if (settings.stepsPerCall === undefined) {
        const transfer = this.parts.memory.transfer(this.state);
        this.stepsPerCall = stepsOfCall(transfer, now - callBegan, count);
      }
      await notify(callbacks, 'onProgress', {
        epoch: this.epoch,
        epochs: settings.epochs,
        step: this.batch,
        steps: this.batches,
        examples: this.sums.totals().examples,
        metrics: this.sums.means(),
        millisecondsPerStep: (now - began) / done,
      });
      // Validation comes first at the epoch's end.
      if (this.batch < this.batches && checkpoints.isDue(this.step)) {
        await this.parts.onCheckpoint();
      }
      await breathe();
    }
  }

  /** Agrees before a call with the other ranks on its length and numbers, and whether there is one. */
  private async stops(): Promise<boolean> {
    const { agreement, overrides, settings } = this.parts;
    const { stops, steps, controls } = await agreement.next({
      stops: settings.signal?.aborted ?? false,
      steps: this.stepsPerCall,
      controls: settings.controls,
    });
    if (stops) return true;
    this.stepsPerCall = steps;
    overrides.read(this.step + 1, controls);
    return false;
  }

  /** The batches of the call at a place. */
  private chunkAt(epoch: number, batch: number, step: number): Chunk {
    const { dataset, settings, feeder, checkpoints } = this.parts;
    const full = Math.floor(dataset.size / settings.batchSize);
    const [left, batchSize] =
      batch < full ? [full - batch, settings.batchSize] : [1, dataset.size % settings.batchSize];
    const count = Math.min(
      left,
      this.stepsPerCall,
      feeder.capacity(batchSize),
      checkpoints.stepsLeft(step),
    );
    return { epoch, batch, step, count, batchSize };
  }

  /** Examples and noise of a chunk. */
  private draw({ epoch, batch, step, count, batchSize }: Chunk): Promise<Feeds> {
    const { dataset, settings, feeder } = this.parts;
    if (this.order?.epoch !== epoch) {
      const stream = randomStream(settings.seed, 'order', epoch);
      this.order = { epoch, indices: permutation(stream, dataset.size) };
    }
    const start = batch * settings.batchSize;
    return feeder.feeds(this.order.indices, start, count, batchSize, step + 1);
  }

  /** The chunk that comes next, if the one before goes well; drawn ahead, it is there. */
  private async nextChunk(): Promise<Drawing> {
    const { epoch, batch, step, ahead } = this;
    this.ahead = undefined;
    const there = ahead?.chunk;
    if (there?.epoch === epoch && there.batch === batch && there.step === step) return ahead!;
    // Two draws at a time would share the memory that examples are read into.
    await ahead?.feeds.then((feeds) => this.parts.feeder.giveBack(feeds)).catch(() => undefined);
    const chunk = this.chunkAt(epoch, batch, step);
    return { chunk, feeds: this.draw(chunk) };
  }

  /** Draws the chunk after a chunk. */
  private drawAhead({ epoch, batch, step, count }: Chunk): void {
    const next =
      batch + count < this.batches
        ? this.chunkAt(epoch, batch + count, step + count)
        : this.chunkAt(epoch + 1, 0, step + count);
    if (next.epoch > this.parts.settings.epochs) return;
    const feeds = this.draw(next);
    // An error reaches the next call, if there is one; unheard, it must not end the process.
    feeds.catch(() => undefined);
    this.ahead = { chunk: next, feeds };
  }

  /** One call of the runtime, of as many steps as may be. Returns how many were asked for. */
  private async call(): Promise<number> {
    const { feeder, program, memory } = this.parts;
    const { chunk, feeds: drawing } = await this.nextChunk();
    const { count, batchSize } = chunk;
    const drawn = await drawing;
    const feeds = { ...drawn, ...this.numberFeeds(count) };
    const running = program.session.run({ ...this.state, ...feeds });
    this.drawAhead(chunk);
    const results = await running;
    const next = this.nextState(results);
    const metric = firstNonFinite(program.metricNames, results, count);
    if (!metric && (await memory.isFinite(next))) {
      this.move(next, results, count, batchSize);
      feeder.giveBack(drawn);
      return count;
    }
    const { good, state, found } = await findNonFinite({
      ...{ layout: this.parts.layout, memory, metric, feeds, steps: count },
      before: this.state,
      still: { ...feeds, ...this.numberFeeds(count, () => 0) },
      run: async (from, given) => this.nextState(await program.session.run({ ...from, ...given })),
    });
    const step = this.step + good + 1;
    if (good > 0) this.move(state, results, good, batchSize);
    feeder.giveBack(drawn);
    this.handle({ step, ...found });
    return count;
  }

  /** Goes on from another state; nothing else holds the one before. */
  private replace(state: Feeds): void {
    const before = this.state;
    this.state = state;
    this.parts.memory.free(before, [state, this.anchor]);
  }

  /** Takes over the state after so many steps. */
  private move(state: Feeds, results: Feeds, count: number, batchSize: number): void {
    this.replace(state);
    this.step += count;
    this.batch += count;
    this.sums.add(this.parts.program.metricNames, results, count, batchSize);
    this.skipped = { ...this.skipped, inRow: 0 };
  }

  /** Handles a step whose numbers are not finite, as the settings say. */
  private handle(found: NonFinite): void {
    const { layout, settings, overrides } = this.parts;
    const { onNonFinite } = settings;
    if (onNonFinite === 'rollback') {
      const before = overrides.changes.filter(({ rateFactor }) => rateFactor !== undefined).length;
      if (before < mostRollbacks) {
        // Position and batch stay: only parameters and memories go back.
        this.replace(layout.cleared(this.anchor, 'accumulated'));
        this.sums = new MetricSums();
        overrides.record({ step: this.step + 1, rateFactor: rollbackFactor });
        return;
      }
    }
    if (onNonFinite === 'skip' && this.skipped.inRow < mostSkippedInRow) {
      this.step += 1;
      this.batch += 1;
      this.skipped = { all: this.skipped.all + 1, inRow: this.skipped.inRow + 1 };
      // Means of nothing are not numbers, so an epoch must have seen something.
      if (this.batch < this.batches || this.sums.totals().examples > 0) return;
    }
    this.stopped = { reason: 'non-finite', ...found };
  }

  /** Feeds that follow from the number of each step. @param adjust gives the rate in force */
  private numberFeeds(
    steps: number,
    adjust = (rate: number, player: string) => this.parts.overrides.rate(rate, player),
  ): Feeds {
    const { clock, history, program, overrides } = this.parts;
    const { schedules } = overrides;
    const rows: Record<string, Float32Array> = {};
    const set = (name: string, k: number, value: number) => {
      rows[name] ??= new Float32Array(steps);
      rows[name][k] = value;
    };
    for (let k = 0; k < steps; k++) {
      const step = this.step + k + 1;
      const moment = clock.scheduleMoment(step, history.epochs);
      const numbers = clock.numbers(step, history.epochs, adjust);
      for (const name in numbers) set(name, k, numbers[name]!);
      for (const name of program.stepScalars) {
        set(feedName.schedule(name), k, numberAt(schedules[name]!, moment));
      }
    }
    return {
      ...constantFeeds(
        program.constants,
        schedules,
        clock.scheduleMoment(this.step + 1, history.epochs),
      ),
      ...Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, new Tensor('float32', row, [steps])]),
      ),
    };
  }

  /** The state in a call's results. */
  private nextState(results: Feeds): Feeds {
    return Object.fromEntries(
      Object.keys(this.state).map((name) => [name, results[nextOf(name)]!]),
    );
  }
}
