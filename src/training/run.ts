import { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { permutation, randomStream } from '../data/random.js';
import type { Packing } from '../step/packing.js';
import type { Feeds, LoopedObjective } from '../step/program.js';
import type { Residence } from '../step/state-memory.js';
import type { UpdateClock } from '../step/update.js';
import { notify } from './callbacks.js';
import type { Position } from './checkpoint.js';
import type { CheckpointClock } from './checkpoint-clock.js';
import type { Steering } from './controls.js';
import { breathe, constantFeeds, type EpochMetrics, MetricSums, scheduleAt } from './evaluate.js';
import type { Feeder } from './feeder.js';
import { firstNonFinite, type NonFinite, nonFiniteParameter, partOf } from './guard.js';
import type { FitSettings, Stop } from './settings.js';

/** A call of the runtime should last about this long: progress and signals are looked at between two. */
const callMilliseconds = 80;

/** It lasts longer where it would else spend more than this share of its time on moving the state. */
const transferShare = 0.08;

/** But never much longer than this. */
const longestCallMilliseconds = 400;

/**
 * How many steps a call should take.
 * @param transfer what each call spends on moving the state, in milliseconds
 * @param taken how long the call before took for its `count` steps
 */
export function stepsOfCall(transfer: number, taken: number, count: number): number {
  // What is known of the transfer is an estimate, and a step is no less than a part of the whole.
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

/** What a rollback multiplies the learning rate by, and how often that may happen. */
const rollbackFactor = 0.5;
const mostRollbacks = 10;

/** What one training run is made of. */
export interface RunParts {
  readonly packing: Packing;
  readonly dataset: Dataset;
  readonly settings: FitSettings;
  readonly program: LoopedObjective;
  readonly residence: Residence;
  readonly feeder: Feeder;
  readonly clock: UpdateClock;
  readonly steering: Steering;
  readonly checkpoints: CheckpointClock;
  /** Accumulated gradients of nothing, where gradients are accumulated. */
  readonly noGradients: Feeds;
  /** The epochs behind. */
  readonly history: readonly EpochMetrics[];
  /** Told where checkpoints are due inside an epoch. */
  readonly onCheckpoint: () => Promise<void>;
}

/** One training run: its state, and the loop that moves it on. */
export class Run {
  private stepsPerCall: number;
  /** The next call's examples and noise, drawn while one runs. */
  private ahead: Drawing | undefined;
  private order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;
  private sums: MetricSums;
  private step: number;
  private batch: number;
  epoch: number;
  stopped: Stop | undefined;

  /**
   * @param state packed parameters, states, and what the update remembers
   * @param position where the state stands
   * @param seconds that the epoch under way has taken
   * @param anchor the state that a rollback leads to; the present one when left out
   */
  constructor(
    private readonly parts: RunParts,
    public state: Feeds,
    position: Position,
    public seconds = 0,
    public skipped = { all: 0, inRow: 0 },
    public anchor: Feeds = state,
  ) {
    this.stepsPerCall = parts.settings.stepsPerCall ?? 8;
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
    const losses = this.parts.history.map(({ loss }) => loss);
    const lowest = Math.min(...losses);
    // A loss that has doubled is on its way to infinity: what led there is no place to go back to.
    if (losses.at(-1)! <= lowest + Math.abs(lowest)) {
      const before = this.anchor;
      this.anchor = this.state;
      this.parts.residence.free(before, [this.state]);
    }
  }

  /** Means of the epoch so far. */
  get metrics() {
    return this.sums.means();
  }

  /** Trains to the end of the epoch under way, or until `stopped` says why not. */
  async trainEpoch(): Promise<void> {
    const { settings, checkpoints } = this.parts;
    const { signal, callbacks } = settings;
    const before = this.seconds;
    const began = performance.now();
    let done = 0;
    while (this.batch < this.batches) {
      if (signal?.aborted) {
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
        const transfer = this.parts.residence.transfer(this.state);
        this.stepsPerCall = stepsOfCall(transfer, now - callBegan, count);
      }
      await notify(callbacks, 'onProgress', {
        epoch: this.epoch,
        epochs: settings.epochs,
        step: this.batch,
        steps: this.batches,
        metrics: this.sums.means(),
        millisecondsPerStep: (now - began) / done,
      });
      // At the epoch's end validation comes first.
      if (this.batch < this.batches && checkpoints.isDue(this.step)) {
        await this.parts.onCheckpoint();
      }
      await breathe();
    }
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
    // Two draws at a time would share what examples are read into.
    await ahead?.feeds.then((feeds) => this.parts.feeder.giveBack(feeds)).catch(() => undefined);
    const chunk = this.chunkAt(epoch, batch, step);
    return { chunk, feeds: this.draw(chunk) };
  }

  /** Draws what comes after a chunk. */
  private drawAhead({ epoch, batch, step, count }: Chunk): void {
    const next =
      batch + count < this.batches
        ? this.chunkAt(epoch, batch + count, step + count)
        : this.chunkAt(epoch + 1, 0, step + count);
    if (next.epoch > this.parts.settings.epochs) return;
    const feeds = this.draw(next);
    // Whoever needs it hears of what went wrong; it may be that nobody does.
    feeds.catch(() => undefined);
    this.ahead = { chunk: next, feeds };
  }

  /** One call of the runtime, of as many steps as may be. Returns how many were asked for. */
  private async call(): Promise<number> {
    const { feeder, steering, packing, program, residence } = this.parts;
    steering.read(this.step + 1);
    const { chunk, feeds: drawing } = await this.nextChunk();
    const { count, batchSize } = chunk;
    const drawn = await drawing;
    const scalars = this.scalarFeeds(count);
    const feeds = { ...drawn, ...scalars };
    const running = program.session.run({ ...this.state, ...feeds });
    this.drawAhead(chunk);
    const results = await running;
    const next = this.advance(results);
    const bad = firstNonFinite(program.metricNames, results, count);
    if (!bad && (await residence.isFinite(next))) {
      this.move(next, results, count, batchSize);
      feeder.giveBack(drawn);
      return count;
    }
    const run = async (from: Feeds, part: Feeds) =>
      this.advance(await program.session.run({ ...from, ...part }));
    // A step is a pure function of state and feeds, so what came before can be computed again.
    let [good, wrong] = [0, bad ? bad.index + 1 : count];
    let last = this.state;
    while (wrong - good > 1) {
      const middle = (good + wrong) >> 1;
      const state = await run(last, partOf(feeds, good, middle));
      if (await residence.isFinite(state)) [good, last] = [middle, state];
      else wrong = middle;
    }
    const what = async (): Promise<Pick<NonFinite, 'kind' | 'name'>> => {
      if (bad?.index === good) return { kind: 'metric', name: bad.metric };
      const spoilt = await run(last, partOf(feeds, good, wrong));
      const name = nonFiniteParameter(packing, await residence.onHost(spoilt));
      // With a learning rate of 0, only what the gradient itself spoils is spoilt.
      const still = partOf({ ...feeds, ...this.scalarFeeds(count, () => 0) }, good, wrong);
      const fine = await residence.isFinite(await run(last, still));
      const kind = fine ? 'parameter' : 'gradient';
      return { kind, name: name ?? 'a parameter' };
    };
    const found: NonFinite = { step: this.step + wrong, ...(await what()) };
    if (good > 0) this.move(last, results, good, batchSize);
    feeder.giveBack(drawn);
    this.handle(found);
    return count;
  }

  /** Goes on from another state; nothing else holds the one before. */
  private replace(state: Feeds): void {
    const before = this.state;
    this.state = state;
    this.parts.residence.free(before, [state, this.anchor]);
  }

  /** Takes over the state after so many steps. */
  private move(state: Feeds, results: Feeds, count: number, batchSize: number): void {
    this.replace(state);
    this.step += count;
    this.batch += count;
    this.sums.add(this.parts.program.metricNames, results, count, batchSize);
    this.skipped = { ...this.skipped, inRow: 0 };
  }

  /** Does what the settings say with a step whose numbers are not finite. */
  private handle(found: NonFinite): void {
    const { settings, steering } = this.parts;
    const { onNonFinite = 'stop' } = settings;
    if (onNonFinite === 'rollback') {
      const before = steering.changes.filter(({ rateFactor }) => rateFactor !== undefined).length;
      if (before < mostRollbacks) {
        // Position and batch stay: only what was learnt since is given up.
        this.replace({ ...this.anchor, ...this.parts.noGradients });
        this.sums = new MetricSums();
        steering.record({ step: this.step + 1, rateFactor: rollbackFactor });
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

  /** Feeds that follow from the step's number. */
  private scalarFeeds(
    iterations: number,
    adjust = (rate: number) => this.parts.steering.rate(rate),
  ): Feeds {
    const { clock, history, program, steering } = this.parts;
    const { schedules } = steering;
    const rows: Record<string, Float32Array> = {};
    const set = (name: string, k: number, value: number) => {
      rows[name] ??= new Float32Array(iterations);
      rows[name][k] = value;
    };
    for (let k = 0; k < iterations; k++) {
      const step = this.step + k + 1;
      const scalars = clock.scalars(step, history, adjust);
      for (const name in scalars) set(name, k, scalars[name]!);
      for (const name of program.stepScalars) {
        set(`schedule/${name}`, k, scheduleAt(schedules[name]!, step));
      }
    }
    return {
      ...constantFeeds(program.constants, schedules, this.step),
      ...Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, new Tensor('float32', row, [iterations])]),
      ),
    };
  }

  /** The state in a call's results. */
  private advance(results: Feeds): Feeds {
    return Object.fromEntries(
      Object.keys(this.state).map((name) => [name, results[`${name}.next`]!]),
    );
  }
}
