import { elementCount } from '../../../src/base/shape.js';
import { isLearnt } from '../../../src/data/column.js';
import { type Dataset, datasets, VAE } from '../../../src/index.js';
import type { RunConfig } from '../../../src/vae/config/presets.js';
import { checkRun, fitOptionsOf } from '../../../src/vae/config/run-config.js';
import { fromConfig } from '../../../src/vae/index.js';
import type { DataFacts } from '../data/info.js';
import type { PlannedConfig } from '../train/settings.js';
import { checkMemory, outOfMemory } from './room.js';

/** Time that a step of a training takes on this machine, and time before the first. */
export interface Measured {
  readonly millisecondsPerStep: number;
  readonly millisecondsBefore: number;
}

/** A step this long is measured by itself: calls of the runtime take little beside it. */
const longStep = 40;

/** Steps of a call, and bytes of examples that are drawn for them, at most. */
const mostSteps = 100;
const mostBytes = 2 ** 24;

/** Calls that are timed: as many after the first as take so many milliseconds. */
const enough = 1000;
const mostCalls = 12;

/**
 * Takes a few steps of a planned training on values that are drawn, to tell how long all of it will take.
 * @throws UserError when the step takes more memory than the page has
 */
export async function measureStep(config: PlannedConfig, data: DataFacts): Promise<Measured> {
  const first = await stepsOf(config, data, 1);
  const { millisecondsPerStep } = first;
  if (millisecondsPerStep > longStep) return first;
  const { batchSize } = checkRun(config as RunConfig, 'settings').training;
  const fitting = Math.floor(mostBytes / (mostCalls * 4 * batchSize * elementCount(data.shape)));
  const wanted = Math.ceil((2 * longStep) / Math.max(millisecondsPerStep, 1));
  return stepsOf(config, data, Math.max(1, Math.min(wanted, fitting, mostSteps)));
}

/** The time of a step, by some calls of so many. */
async function stepsOf(
  config: PlannedConfig,
  data: DataFacts,
  stepsPerCall: number,
): Promise<Measured> {
  const { model, training } = checkRun(config as RunConfig, 'settings');
  const vae = new VAE(fromConfig(model, 'settings: model'));
  const clock = new Clock();
  const examples = drawnLike(data, mostCalls * stepsPerCall * training.batchSize);
  try {
    await vae.fit(examples, {
      ...fitOptionsOf(training),
      epochs: 1,
      validationSplit: undefined,
      earlyStopping: undefined,
      keepBest: undefined,
      stepsPerCall,
      signal: clock.signal,
      callbacks: [
        {
          onFootprint: checkMemory,
          onStart: () => clock.start(),
          onProgress: () => clock.call(),
        },
      ],
    });
    return {
      millisecondsPerStep: clock.usualCall / stepsPerCall,
      millisecondsBefore: clock.beforeFirst,
    };
  } catch (error) {
    throw outOfMemory(error) ?? error;
  } finally {
    await vae.release();
  }
}

/** Times the calls of a training, and ends it when there are enough. */
class Clock {
  private readonly stop = new AbortController();
  private readonly calls: number[] = [];
  private last = performance.now();
  /** Milliseconds from the beginning to the first call. */
  beforeFirst = 0;

  /**
   * The time of a call once the runtime is warm: the first calls are slow, as its code is then made fast,
   * and another program can hold up any of them.
   */
  get usualCall(): number {
    return Math.min(...this.calls);
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  start(): void {
    this.beforeFirst = this.lap();
  }

  call(): void {
    this.calls.push(this.lap());
    const taken = this.calls.slice(1).reduce((sum, each) => sum + each, 0);
    if (taken > enough || this.calls.length === mostCalls) this.stop.abort();
  }

  private lap(): number {
    const before = this.last;
    this.last = performance.now();
    return this.last - before;
  }
}

/** Examples of the data's shape and kind, of values that are drawn. */
function drawnLike({ shape, values, table, classes }: DataFacts, count: number): Dataset {
  const length = count * elementCount(shape);
  const drawn = values || table ? new Float32Array(length) : new Uint8Array(length);
  const scale = drawn instanceof Uint8Array ? 256 : 1;
  const few = drawn.subarray(0, Math.min(length, 2 ** 16));
  for (let i = 0; i < few.length; i++) few[i] = Math.random() * scale;
  for (let at = few.length; at < length; at += few.length) {
    drawn.set(few.subarray(0, Math.min(few.length, length - at)), at);
  }
  const learnt = table?.filter(isLearnt);
  // A category is the place of a word in its column's list, and every list has a first word.
  const width = learnt?.length ?? 0;
  for (let i = 0; i < length && learnt; i++) {
    if (learnt[i % width]!.categories) drawn[i] = 0;
  }
  return datasets.fromArray(drawn, shape, {
    name: 'examples',
    ...(classes ? { labels: Int32Array.from({ length: count }, (_, i) => i % classes) } : {}),
    ...(table ? { table, columns: table.filter(isLearnt) } : {}),
  });
}
