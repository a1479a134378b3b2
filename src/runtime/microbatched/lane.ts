import { Tensor } from 'onnxruntime-common';
import { fromPlain, mapValues, type PlainTensors, rowsOf, toPlain } from '../plain-tensor.js';
import type { MicrobatchedStep, Session, Tensors } from '../session.js';
import { Copies } from './memory.js';

/** The inputs of the microbatches of one step. */
export interface StepInputs {
  /** Tensors that every microbatch sees. */
  readonly whole: PlainTensors;
  /** [examples, ...]: of these it sees its own rows. */
  readonly cut: PlainTensors;
  /** Number of microbatches that lanes have begun, in shared memory. */
  readonly begun: Int32Array;
  /** Examples of the step, where these are a part of them. */
  readonly all?: number;
  /** Shared memory for the terms of each microbatch, where lanes write there. */
  readonly into?: readonly PlainTensors[];
}

/** The terms that a microbatch adds to the sums. */
export interface MicrobatchTerms {
  readonly microbatch: number;
  readonly terms: PlainTensors;
}

/** A lane: it computes whole microbatches, here or on another thread. */
export interface Lane {
  /**
   * Computes microbatches that no lane has begun, until there are none left.
   * @returns their terms, but for those that it wrote into memory that it was given
   */
  work(inputs: StepInputs): Promise<readonly MicrobatchTerms[]>;
  /** Ends it; no call may be under way. */
  end(): Promise<void>;
}

/** Has lanes compute all microbatches of a step. @returns the terms that they did not write into memory */
export async function workTogether(
  lanes: readonly Lane[],
  inputs: StepInputs,
): Promise<readonly MicrobatchTerms[]> {
  inputs.begun[0] = 0;
  const working = lanes.map((lane) => lane.work(inputs));
  // All are done with the inputs, before one's failure is told.
  await Promise.allSettled(working);
  return (await Promise.all(working)).flat();
}

/** Ends lanes; no call may be under way: a thread that ends in the midst of one takes the process with it. */
export async function endLanes(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.end()));
}

/** The share of a step's examples that a microbatch has, with the bits that the runtime's own loop gives it. */
export const shareOf = (examples: number, all: number): Float32Array =>
  Float32Array.of(examples * Math.fround(1 / all));

/** A lane on the thread that it was made on. */
export class OwnLane implements Lane {
  private readonly copies = new Copies(ArrayBuffer);

  /** @param session of the model of a microbatch, which uses one thread */
  constructor(
    private readonly session: Session,
    private readonly step: Pick<MicrobatchedStep, 'size' | 'share'>,
  ) {}

  async work({ whole, cut, begun, all, into }: StepInputs): Promise<MicrobatchTerms[]> {
    const { size, share } = this.step;
    const examples = Object.values(cut)[0]!.dims[0]!;
    const same = this.readable(whole);
    const done: MicrobatchTerms[] = [];
    for (;;) {
      const microbatch = Atomics.add(begun, 0, 1);
      const start = microbatch * size;
      const end = Math.min(start + size, examples);
      if (start >= end) return done;
      const rows = mapValues(cut, (tensor) => rowsOf(tensor, start, end));
      const own = shareOf(end - start, all ?? examples);
      const feeds = { ...same, ...this.readable(rows), [share]: new Tensor('float32', own, []) };
      const wanted = into && mapValues(into[microbatch]!, fromPlain);
      const outputs = await this.session.run(feeds, wanted);
      if (!wanted) done.push({ microbatch, terms: mapValues(outputs, toPlain) });
    }
  }

  /** Tensors as the session reads them. */
  private readable(tensors: PlainTensors): Tensors {
    const own = this.session.sharesMemory ? tensors : this.copies.takeAll(tensors);
    return mapValues(own, fromPlain);
  }

  end(): Promise<void> {
    return this.session.release();
  }
}
