import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import {
  entryOf,
  fromPlain,
  mapValues,
  type PlainTensors,
  pick,
  rowsOf,
  toPlain,
} from '../plain-tensor.js';
import { allExamples, type RankedStep, type Session, type Tensors } from '../session.js';
import type { Adder } from './ranks.js';

/*
 * A step among ranks. One Allreduce sums the ranks' parts of gradients and losses, and each rank makes the
 * same update from the same bits, so that parameters stay the same everywhere without being sent. The
 * runtime reads and writes the memory that is here, so that neither sums nor state are copied between steps.
 */

/** Sums begin at multiples of so many numbers: a line of the processor's caches. */
const line = 16;

/** Memory for sums, one after another. */
class SumMemory {
  readonly values: Float32Array;
  /** Views of the sums, by name. */
  readonly tensors: Tensors;

  constructor(sums: RankedStep['sums']) {
    const starts: number[] = [];
    let end = 0;
    for (const { dims } of sums) {
      starts.push(end);
      end += line * Math.ceil(elementCount(dims) / line);
    }
    const values = new Float32Array(end);
    this.values = values;
    this.tensors = Object.fromEntries(
      sums.map(({ name, dims }, i) => {
        const start = starts[i]!;
        const view = values.subarray(start, start + elementCount(dims));
        return [name, new Tensor('float32', view, dims)];
      }),
    );
  }

  /** The same tensors, for a microbatch to add to. */
  get before(): Tensors {
    return Object.fromEntries(
      Object.entries(this.tensors).map(([name, tensor]) => [`${name}/before`, tensor]),
    );
  }
}

const nextOf = (name: string) => `${name}.next`;

/** Zeros. */
const memoryFor = (dims: readonly number[]) =>
  new Tensor('float32', new Float32Array(elementCount(dims)), dims);

/** A repeated step among ranks, as one of them. */
class RankedSession implements Session {
  readonly sharesMemory = false;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Two where microbatches add to sums: the one is read while the other is written. */
  private readonly sums: readonly [SumMemory, SumMemory];
  /** States between two steps of a call. */
  private readonly between: Tensors[] = [];

  constructor(
    private readonly step: RankedStep,
    private readonly terms: Session,
    private readonly rest: Session,
    private readonly adder: Adder,
  ) {
    const { carried, steps, invariant, outputs, sums, accumulates } = step;
    const names = carried.map(({ name }) => name);
    this.inputNames = ['iterations', allExamples, ...names, ...steps, ...invariant];
    this.outputNames = [...names.map(nextOf), ...outputs.map(({ name }) => name)];
    const first = new SumMemory(sums);
    this.sums = [first, accumulates ? new SumMemory(sums) : first];
  }

  async release(): Promise<void> {
    await Promise.all([this.terms.release(), this.rest.release()]);
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const { carried, steps, outputs } = this.step;
    const { iterations, [allExamples]: examples, ...others } = feeds;
    const given = mapValues(others, toPlain);
    const count = Number(iterations!.data[0]);
    const put = Object.fromEntries(
      outputs.map(({ name, dims }) => [name, memoryFor([count, ...dims])]),
    );
    const putPlain = mapValues(put, toPlain);
    let next: Tensors = {};
    let state = pick(
      given,
      carried.map(({ name }) => name),
    );
    for (let k = 0; k < count; k++) {
      const entries = mapValues(pick(given, steps), (tensor) => entryOf(tensor, k));
      const inputs = { ...given, ...state, ...entries };
      const sums = await this.sumTerms(inputs, Number(examples!.data[k]));
      this.adder.sum(sums.values);
      const fed = mapValues(pick(inputs, this.rest.inputNames), fromPlain);
      // The caller keeps the state that a call ends with.
      next = k === count - 1 ? this.newState() : this.stateBetween(k % 2);
      const own = mapValues(putPlain, (tensor) => fromPlain(entryOf(tensor, k)));
      await this.rest.run({ ...fed, ...sums.tensors }, { ...next, ...own });
      const after = next;
      state = Object.fromEntries(carried.map(({ name }) => [name, toPlain(after[nextOf(name)]!)]));
    }
    return { ...next, ...put };
  }

  /** Memory for the state after a step. */
  private newState(): Tensors {
    return Object.fromEntries(
      this.step.carried.map(({ name, dims }) => [nextOf(name), memoryFor(dims)]),
    );
  }

  private stateBetween(which: number): Tensors {
    this.between[which] ??= this.newState();
    return this.between[which];
  }

  /** Terms that this rank's examples of a step add to the sums. @param all examples of all ranks */
  private async sumTerms(inputs: PlainTensors, all: number): Promise<SumMemory> {
    const { cut, share, size, accumulates } = this.step;
    const { terms } = this;
    const examples = inputs[cut[0]!]!.dims[0]!;
    const whole = mapValues(
      pick(
        inputs,
        terms.inputNames.filter((name) => !cut.includes(name)),
      ),
      fromPlain,
    );
    let [from, to] = this.sums;
    if (accumulates || examples === 0) to.values.fill(0);
    for (let start = 0; start < examples; start += size) {
      const end = Math.min(start + size, examples);
      if (accumulates) [from, to] = [to, from];
      const rows = mapValues(pick(inputs, cut), (tensor) => fromPlain(rowsOf(tensor, start, end)));
      const own = Float32Array.of((end - start) / all);
      await terms.run(
        {
          ...whole,
          ...rows,
          ...(accumulates ? from.before : {}),
          [share]: new Tensor('float32', own, []),
        },
        to.tensors,
      );
    }
    return to;
  }
}

/**
 * A session that computes a step among ranks.
 * @param terms of the step's `terms`, on the thread that asks
 * @param rest of its `rest`, likewise
 */
export function rankedSession(
  step: RankedStep,
  terms: Session,
  rest: Session,
  adder: Adder,
): Session {
  return new RankedSession(step, terms, rest, adder);
}
