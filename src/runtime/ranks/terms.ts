import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import type { StepMemory } from '../in-place/memory.js';
import { type Terms, termsIn } from '../in-place/terms.js';
import { fromPlain, mapValues, type PlainTensors, pick, rowsOf } from '../plain-tensor.js';
import { allExamples, type InPlaceStep, type Session, type Tensors } from '../session.js';
import type { Adder } from './ranks.js';

/** Sums of terms in one piece of memory. */
interface Sums {
  readonly values: Float32Array;
  /** Views of the sums, by name. */
  readonly tensors: Tensors;
}

/** The sums again, in memory of their own. */
function besides(sums: Sums): Sums {
  const values = new Float32Array(sums.values.length);
  const tensors = mapValues(sums.tensors, ({ data, dims }) => {
    const start = ((data as Float32Array).byteOffset - sums.values.byteOffset) / 4;
    return new Tensor('float32', values.subarray(start, start + elementCount(dims)), dims);
  });
  return { values, tensors };
}

/** Sums as a microbatch adds to them. */
const before = ({ tensors }: Sums): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, each]) => [`${name}/before`, each]));

/**
 * Terms among ranks. Each rank computes those of its own examples, and one Allreduce sums them up, so that every rank
 * makes the same update from the same bits: parameters stay the same everywhere without being sent.
 */
export class RankTerms implements Terms {
  private readonly sums: Sums;
  /** Second place where microbatches add to sums: the one is read while the other is written. */
  private readonly others: Sums;

  constructor(
    private readonly step: InPlaceStep,
    memory: StepMemory,
    private readonly session: Session,
    private readonly adder: Adder,
  ) {
    const tensors = mapValues(termsIn(memory, step.termSlots)[0]!, fromPlain);
    this.sums = { values: memory.view(0, step.summed), tensors };
    this.others = step.cutting!.accumulates ? besides(this.sums) : this.sums;
  }

  async compute(inputs: PlainTensors): Promise<void> {
    await this.sumOwn(inputs, Number(inputs[allExamples]!.data[0]));
    this.adder.sum(this.sums.values);
  }

  /** Sums up the terms of this rank's examples of a step. @param all examples of all ranks */
  private async sumOwn(inputs: PlainTensors, all: number): Promise<void> {
    const { cut, whole, cutting } = this.step;
    const { size, share, accumulates } = cutting!;
    const examples = inputs[cut[0]!]!.dims[0]!;
    const same = mapValues(pick(inputs, whole), fromPlain);
    const count = Math.ceil(examples / size);
    // The last microbatch writes where the ranks sum up.
    let [from, to] = count % 2 === 0 ? [this.others, this.sums] : [this.sums, this.others];
    if (accumulates || count === 0) to.values.fill(0);
    for (let start = 0; start < examples; start += size) {
      const end = Math.min(start + size, examples);
      [from, to] = [to, from];
      const rows = mapValues(pick(inputs, cut), (tensor) => fromPlain(rowsOf(tensor, start, end)));
      const own = new Tensor('float32', Float32Array.of((end - start) / all), []);
      const feeds = { ...same, ...rows, ...(accumulates && before(from)), [share]: own };
      await this.session.run(feeds, to.tensors);
    }
  }

  end(): Promise<void> {
    return this.session.release();
  }
}
