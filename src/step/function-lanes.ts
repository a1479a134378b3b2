import { openRowLanes } from '#runtime';
import { type Program, toMachineModel, type Value } from '../graph/index.js';
import {
  mapValues,
  type PlainTensor,
  repeatedBatches,
  rowsOf,
  toPlain,
} from '../runtime/plain-tensor.js';
import type { RowLanes } from '../runtime/rows/rows.js';
import type { Tensors } from '../runtime/session.js';
import { fitsAtATime, laneCallSize } from './call-size.js';
import type { FunctionWork } from './fixing.js';
import { feedName } from './keys.js';
import { type NoiseStream, noiseOfCalls } from './noise-stream.js';
import type { NoiseInput } from './tracing.js';

/** Multiplications of all examples from which on lanes pay. */
const leastMultiplications = 1e9;

/** Examples that a function is to be computed of. */
export interface ExamplesInLanes {
  /** Inputs [N, ...]. */
  readonly inputs: Tensors;
  /** Inputs that all examples see. */
  readonly shared: Tensors;
  /** Memory for the outputs, [N · times, ...]. */
  readonly into: Tensors;
  /** Examples of a call that draws noise. */
  readonly batchSize: number;
  /** Number of times that each batch is taken, one time after another, with noise of its own. */
  readonly times: number;
  readonly stream?: NoiseStream | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tells whether each example has noise of its own. */
const isOfRows = ({ shape: [first, ...rest] }: NoiseInput) =>
  first === 'batch' && rest.every((size) => typeof size === 'number');

/** Tells whether a whole has memory for an output as the runtime writes it: see `Whole`. */
const isInPlace = ({ dtype }: Value) => dtype === 'float32' || dtype === 'int64';

const plain = (tensors: Tensors) => mapValues(tensors, toPlain);

/** A function whose examples lanes compute beside one another. */
export class FunctionLanes {
  private opened: Promise<RowLanes | undefined> | undefined;

  private made: Program | undefined;

  /** @param make the program, which few examples do not need */
  constructor(
    private readonly make: () => Program,
    private readonly noises: readonly NoiseInput[],
    private readonly work: FunctionWork,
  ) {}

  private get program(): Program {
    this.made ??= this.make();
    return this.made;
  }

  private get values() {
    return Object.values(this.program.outputs);
  }

  /**
   * Lanes for so many examples in all; undefined where one session computes them.
   * @param batchSize examples of a call that draws noise
   */
  async lanesFor(examples: number, batchSize: number): Promise<RowLanes | undefined> {
    const { noises, work } = this;
    if (examples * work.multiplications < leastMultiplications) return undefined;
    if (!noises.every(isOfRows) || !this.values.every(isInPlace)) return undefined;
    this.opened ??= openRowLanes(toMachineModel(this.program));
    const lanes = await this.opened;
    const isFree = !lanes || noises.length === 0;
    return isFree || fitsAtATime(this.values, batchSize, lanes.count) ? lanes : undefined;
  }

  async compute(lanes: RowLanes, examples: ExamplesInLanes): Promise<void> {
    const { inputs, batchSize, times, stream, signal } = examples;
    const [shared, into] = [plain(examples.shared), plain(examples.into)];
    if (this.noises.length === 0) {
      const size = Math.min(batchSize, laneCallSize(this.values));
      await lanes.run({ rows: plain(inputs), shared, into, size, signal });
      return;
    }
    const count = Object.values(inputs)[0]!.dims[0]!;
    const whole = count - (count % batchSize);
    // The last batch has fewer examples.
    for (const [start, end] of [
      [0, whole],
      [whole, count],
    ] as const) {
      if (start === end) continue;
      const size = Math.min(batchSize, end - start);
      const first = (start / batchSize) * times;
      const own = (tensor: PlainTensor) => repeatedBatches(rowsOf(tensor, start, end), size, times);
      const calls = ((end - start) / size) * times;
      const noise = noiseOfCalls(this.noises, size, { first, count: calls }, stream);
      const drawn = this.noises.map(({ name }, i) => [feedName.noise(name), toPlain(noise[i]!)]);
      const rows = { ...mapValues(plain(inputs), own), ...Object.fromEntries(drawn) };
      const part = (tensor: PlainTensor) => rowsOf(tensor, start * times, end * times);
      await lanes.run({ rows, shared, into: mapValues(into, part), size, signal });
    }
  }

  async release(): Promise<void> {
    const lanes = await this.opened?.catch(() => undefined);
    await lanes?.release();
  }
}
