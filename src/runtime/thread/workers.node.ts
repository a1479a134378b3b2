import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import { openNative, threadsOf } from '../native.node.js';
import {
  fromPlain,
  isShared,
  mapValues,
  type PlainTensor,
  type PlainTensors,
  rowsOf,
  toPlain,
} from '../plain-tensor.js';
import type { MicrobatchedStep, Session, SessionOptions, Tensors } from '../session.js';
import { Copies, discard } from './memory.node.js';

/*
 * Microbatches of a step beside one another. The runtime's threads share the work inside an operator,
 * and so wait for one another at the end of each; some operators use one thread only. A worker is a
 * thread that computes whole microbatches, and waits once a step. The sums go over the microbatches in
 * their order, so that it does not matter which worker took which.
 */

/**
 * Threads inside an operator would wait for one another again; and how many share a narrow product
 * decides its last bits.
 */
const oneThread: SessionOptions = { threads: 1 };

/** The inputs of the microbatches of one step. */
export interface StepInputs {
  /** Tensors that every microbatch sees. */
  readonly whole: PlainTensors;
  /** [examples, ...]: of these it sees its own rows. */
  readonly cut: PlainTensors;
  /** How many microbatches workers have begun, in shared memory. */
  readonly begun: Int32Array;
}

/** The terms that a microbatch adds to the sums. */
export interface MicrobatchTerms {
  readonly microbatch: number;
  readonly terms: PlainTensors;
}

/** Computes microbatches on the thread that it was made on. */
export class MicrobatchWorker {
  private readonly copies = new Copies(ArrayBuffer);

  private constructor(
    private readonly session: Session,
    private readonly model: MicrobatchedStep,
  ) {}

  static async open(model: MicrobatchedStep, flush: boolean): Promise<MicrobatchWorker> {
    return new MicrobatchWorker(await openNative(model.microbatch, oneThread, flush), model);
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** Computes microbatches that no worker has begun, until there are none left. */
  async work({ whole, cut, begun }: StepInputs): Promise<MicrobatchTerms[]> {
    const { size, share } = this.model;
    const examples = Object.values(cut)[0]!.dims[0]!;
    const all = mapValues(this.copies.takeAll(whole), fromPlain);
    const done: MicrobatchTerms[] = [];
    for (;;) {
      const microbatch = Atomics.add(begun, 0, 1);
      const start = microbatch * size;
      const end = Math.min(start + size, examples);
      if (start >= end) return done;
      const rows = mapValues(cut, (tensor) => rowsOf(tensor, start, end));
      const own = Float32Array.of((end - start) * Math.fround(1 / examples));
      const outputs = await this.session.run({
        ...all,
        ...mapValues(this.copies.takeAll(rows), fromPlain),
        [share]: new Tensor('float32', own, []),
      });
      done.push({ microbatch, terms: mapValues(outputs, toPlain) });
    }
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** A worker on another thread. */
export interface WorkerElsewhere {
  work(inputs: StepInputs): Promise<MicrobatchTerms[]>;
  /** Ends its thread. */
  end(): Promise<void>;
}

/** One entry of a tensor along its first axis, which goes. */
function entryOf(tensor: PlainTensor, index: number): PlainTensor {
  const { dims, ...rest } = rowsOf(tensor, index, index + 1);
  return { ...rest, dims: dims.slice(1) };
}

/** The tensors of those names. */
function pick(tensors: PlainTensors, names: readonly string[]): PlainTensors {
  return Object.fromEntries(
    names.filter((name) => name in tensors).map((name) => [name, tensors[name]!]),
  );
}

/** Tensors of one shape as one, along a new first axis. */
function stacked(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as readonly [Tensor];
  const data = new Float32Array(tensors.length * first.size);
  tensors.forEach((each, i) => {
    data.set(each.data as Float32Array, i * first.size);
  });
  return new Tensor('float32', data, [tensors.length, ...first.dims]);
}

/** A repeated step whose microbatches are computed by workers. */
class MicrobatchedSession implements Session {
  readonly sharesMemory = true;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly shared = new Copies(SharedArrayBuffer);
  private readonly own = new Copies(ArrayBuffer);
  /** Zeros, in the place of terms of microbatches that a short batch lacks. */
  private readonly zeros: PlainTensors;
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));

  constructor(
    private readonly model: MicrobatchedStep,
    private readonly rest: Session,
    private readonly worker: MicrobatchWorker,
    private readonly others: readonly WorkerElsewhere[],
  ) {
    const { carried, steps, invariant, sums, zero } = model;
    this.inputNames = ['iterations', ...carried, ...steps, ...invariant];
    const scalar: PlainTensor = { type: 'float32', dims: [], data: new Float32Array(1) };
    const terms = Object.values(sums).flatMap(({ dims, terms }) => {
      const data = new Float32Array(elementCount(dims));
      return terms.map((name) => [name, { type: 'float32', dims, data }] as const);
    });
    this.zeros = { [zero]: scalar, ...Object.fromEntries(terms) };
    this.outputNames = [...model.carried.map((name) => `${name}.next`), ...model.outputs];
  }

  /** No call may be under way: a thread that ends in the midst of one takes the process with it. */
  async release(): Promise<void> {
    const ends = this.others.map((each) => each.end());
    await Promise.all([...ends, this.rest.release(), this.worker.release()]);
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const { carried, steps, outputs } = this.model;
    const { iterations, ...others } = feeds;
    const given = mapValues(others, toPlain);
    const first = pick(given, carried);
    let state = first;
    const put = outputs.map((): Tensor[] => []);
    for (let k = 0; k < Number(iterations!.data[0]); k++) {
      const entries = mapValues(pick(given, steps), (tensor) => entryOf(tensor, k));
      const results = await this.step({ ...given, ...state, ...entries });
      if (state !== first) Object.values(state).forEach(discard);
      state = Object.fromEntries(carried.map((name) => [name, toPlain(results[`${name}.next`]!)]));
      outputs.forEach((name, i) => {
        put[i]!.push(results[name]!);
      });
    }
    return {
      ...Object.fromEntries(carried.map((name) => [`${name}.next`, fromPlain(state[name]!)])),
      ...Object.fromEntries(outputs.map((name, i) => [name, stacked(put[i]!)])),
    };
  }

  private async step(inputs: PlainTensors): Promise<Record<string, Tensor>> {
    const { worker, others, model, rest } = this;
    const cut = pick(inputs, model.cut);
    const names = worker.inputNames.filter((name) => !(name in cut));
    this.begun[0] = 0;
    const shared: StepInputs = {
      whole: this.shared.takeAll(pick(inputs, names)),
      cut,
      begun: this.begun,
    };
    const working = [...others, worker].map((each) => each.work(shared));
    await Promise.allSettled(working);
    const done = (await Promise.all(working)).flat();
    const terms = done.flatMap(({ microbatch, terms }) =>
      Object.entries(terms).map(
        ([name, term]) => [model.sums[name]!.terms[microbatch]!, term] as const,
      ),
    );
    const fed = this.own.takeAll(pick(inputs, rest.inputNames), isShared);
    const results = await rest.run(
      mapValues({ ...this.zeros, ...fed, ...Object.fromEntries(terms) }, fromPlain),
    );
    for (const [, term] of terms) discard(term);
    return results;
  }
}

/**
 * A session that computes a step's microbatches on this thread and on others beside it.
 * @param beside starts a worker on another thread; undefined where it cannot compute as this one does
 * @returns undefined where one worker is all that there can be
 */
export async function openMicrobatched(
  model: MicrobatchedStep,
  options: SessionOptions,
  flush: boolean,
  beside: (model: MicrobatchedStep) => Promise<WorkerElsewhere | undefined>,
): Promise<Session | undefined> {
  const workers = Math.min(threadsOf(options), model.count);
  if (workers < 2) return undefined;
  const starting = Array.from({ length: workers - 1 }, () => beside(model));
  const [rest, worker, ...others] = await Promise.all([
    openNative(model.rest, oneThread, flush),
    MicrobatchWorker.open(model, flush),
    ...starting,
  ]);
  const there = others.filter((other) => other !== undefined);
  const session = new MicrobatchedSession(model, rest, worker, there);
  if (there.length === others.length) return session;
  await session.release();
  return undefined;
}
