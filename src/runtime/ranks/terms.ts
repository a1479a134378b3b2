import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import type { StepMemory } from '../in-place/memory.js';
import { type Terms, termsIn } from '../in-place/terms.js';
import { endLanes, type Lane, shareOf, workTogether } from '../microbatched/lane.js';
import { fromPlain, mapValues, type PlainTensors, pick, rowsOf } from '../plain-tensor.js';
import { allExamples, type InPlaceStep, type Session } from '../session.js';
import type { Adder } from './ranks.js';

/** Sums of terms in one piece of memory. */
interface Sums {
  readonly values: Float32Array;
  /** Views of the sums, by name. */
  readonly tensors: PlainTensors;
}

/** The same in other memory. */
function besides(sums: Sums): Sums {
  const values = new Float32Array(new SharedArrayBuffer(sums.values.byteLength));
  const tensors = mapValues(sums.tensors, ({ type, data, dims }) => {
    const start = ((data as Float32Array).byteOffset - sums.values.byteOffset) / 4;
    return { type, dims, data: values.subarray(start, start + elementCount(dims)) };
  });
  return { values, tensors };
}

/** Sums as a microbatch adds to them. */
const before = ({ tensors }: Sums): PlainTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, each]) => [`${name}/before`, each]));

/** Sums up the terms of a rank's own examples. */
export interface OwnSums {
  /** @param all examples of all ranks */
  sumUp(inputs: PlainTensors, all: number, sums: Sums): Promise<void>;
  end(): Promise<void>;
}

/** Microbatches one after the other, each of which adds to the sums of those before. */
export class SumsInTurn implements OwnSums {
  /** Second place where microbatches add to sums: the one is read while the other is written. */
  private others: Sums | undefined;

  constructor(
    private readonly step: InPlaceStep,
    private readonly session: Session,
  ) {}

  async sumUp(inputs: PlainTensors, all: number, sums: Sums): Promise<void> {
    const { cut, whole, cutting } = this.step;
    const { size, share, accumulates } = cutting!;
    this.others ??= accumulates ? besides(sums) : sums;
    const examples = inputs[cut[0]!]!.dims[0]!;
    const same = pick(inputs, whole);
    const count = Math.ceil(examples / size);
    // The last microbatch writes where the ranks sum up.
    let [from, to] = count % 2 === 0 ? [this.others, sums] : [sums, this.others];
    if (accumulates || count === 0) to.values.fill(0);
    for (let start = 0; start < examples; start += size) {
      const end = Math.min(start + size, examples);
      [from, to] = [to, from];
      const rows = mapValues(pick(inputs, cut), (tensor) => rowsOf(tensor, start, end));
      const own = new Tensor('float32', shareOf(end - start, all), []);
      const feeds = { ...same, ...rows, ...(accumulates && before(from)) };
      const into = mapValues(to.tensors, fromPlain);
      await this.session.run({ ...mapValues(feeds, fromPlain), [share]: own }, into);
    }
  }

  end(): Promise<void> {
    return this.session.release();
  }
}

/** Microbatches by lanes beside one another; their terms are added up in order. */
export class SumsInLanes implements OwnSums {
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));
  /** Memory for the terms of each microbatch. */
  private readonly slots: Sums[] = [];
  private zeros: Sums | undefined;

  /** @param lanes in the order in which they are called */
  constructor(
    private readonly step: InPlaceStep,
    private readonly lanes: readonly Lane[],
  ) {}

  async sumUp(inputs: PlainTensors, all: number, sums: Sums): Promise<void> {
    const { step, begun, slots, lanes } = this;
    const cut = pick(inputs, step.cut);
    const count = Math.ceil(Object.values(cut)[0]!.dims[0]! / step.cutting!.size);
    while (slots.length < count) slots.push(besides(sums));
    this.zeros ??= besides(sums);
    await workTogether(lanes, {
      whole: { ...pick(inputs, step.whole), ...before(this.zeros) },
      ...{ cut, begun, all },
      into: slots.map(({ tensors }) => tensors),
    });
    const { values } = sums;
    values.fill(0);
    for (const slot of slots.slice(0, count)) {
      for (let i = 0; i < values.length; i++) values[i]! += slot.values[i]!;
    }
  }

  end(): Promise<void> {
    return endLanes(this.lanes);
  }
}

/**
 * Terms among ranks. Each rank computes those of its own examples, and one Allreduce sums them up, so that every rank
 * makes the same update from the same bits: parameters stay the same everywhere without being sent.
 */
export class RankTerms implements Terms {
  private readonly sums: Sums;

  constructor(
    step: InPlaceStep,
    memory: StepMemory,
    private readonly own: OwnSums,
    private readonly adder: Adder,
  ) {
    this.sums = {
      values: memory.view(0, step.summed),
      tensors: termsIn(memory, step.termSlots)[0]!,
    };
  }

  async compute(inputs: PlainTensors): Promise<void> {
    await this.own.sumUp(inputs, Number(inputs[allExamples]!.data[0]), this.sums);
    this.adder.sum(this.sums.values);
  }

  end(): Promise<void> {
    return this.own.end();
  }
}
