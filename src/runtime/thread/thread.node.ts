import { Worker } from 'node:worker_threads';
import { type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { ownFile } from '../../base/own-files.node.js';
import { ownArray } from '../../base/realm.js';
import { cudaData } from '../cuda.node.js';
import type { Lane, MicrobatchTerms, StepInputs } from '../microbatched/lane.js';
import { telemetryData } from '../onnxruntime.node.js';
import { fromPlain, mapValues, type PlainTensor, toSend } from '../plain-tensor.js';
import type { RowLane } from '../rows/lane.node.js';
import {
  flushesDenormals,
  type InPlaceStep,
  keptFinite,
  type MachineModel,
  type MicrobatchedStep,
  type Session,
  type SessionOptions,
  type Tensors,
} from '../session.js';
import { closeAtExit, gate } from './gate.node.js';
import type { Kept, ThreadService } from './thread-service.js';

/** An error as its thread threw it: messages between threads know no classes of errors. */
function asThrown(error: Error): Error {
  return error.name === 'UserError' ? new UserError(error.message, { cause: error }) : error;
}

/** Time that a tensor to be forgotten waits for a call. */
const dropMilliseconds = 20;

/** A worker that computes. @param flush whether it takes denormal numbers as 0, if it can */
function startWorker(flush: boolean): Worker {
  return new Worker(ownFile('dist/bin/thread-worker.js'), {
    workerData: { flush, vaekitGate: gate, ...telemetryData(), ...cudaData() },
    // The process's own options may be ones that no worker takes.
    execArgv: [],
    // Its script makes few objects: arrays of numbers lie in other memory.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
}

/** A thread that holds sessions, or is a lane of one. */
export class Thread implements Lane {
  private readonly worker: Worker;
  private readonly service: Remote<ThreadService>;
  /** Rejects the promises that wait for an answer when the thread is lost. */
  private readonly waiting = new Set<(reason: Error) => void>();
  private lost: Error | undefined;
  private readonly ids = new WeakMap<Tensor, number>();
  /** Kept tensors that the thread is to forget. */
  private readonly dropped: number[] = [];
  /** Settles once the thread has the mode in which it computes. */
  readonly ready: Promise<void>;
  /** Number of sessions. */
  private open = 0;

  /** @param isForRows whether it computes rows of functions alone, which do not take denormal numbers as 0 */
  constructor(private readonly isForRows = false) {
    this.worker = startWorker(!isForRows && flushesDenormals());
    this.service = wrap(nodeEndpoint(this.worker));
    this.worker.on('error', ({ message }) => this.lose(message));
    this.worker.on('exit', (code) => this.lose(`exit code ${code}`));
    this.ready = this.ask(this.service.ready());
    this.ready.catch(() => undefined);
  }

  private lose(why: string): void {
    this.lost ??= new Error(`The thread that computes has ended: ${why}`);
    idle.delete(this);
    forRows.delete(this);
    for (const reject of this.waiting) reject(this.lost);
  }

  private ask<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.lost) throw this.lost;
      this.waiting.add(reject);
      answer
        .then(resolve, (error) => reject(asThrown(error)))
        .finally(() => this.waiting.delete(reject));
    });
  }

  /** A thread without sessions waits for the next, and holds up no process. */
  rest(): void {
    this.worker.unref();
    if (!this.isForRows) idle.add(this);
  }

  /** Holds the process from now until it is let go. @returns lets go */
  private hold(): () => void {
    idle.delete(this);
    this.worker.ref();
    this.open += 1;
    return () => {
      this.open -= 1;
      if (this.open === 0) this.rest();
    };
  }

  /** Loads a model whose rows it computes beside other threads. @param threads inside an operator */
  async rows(model: MachineModel, threads: number): Promise<RowLane> {
    const id = await this.holding(() => this.service.openRows(model, threads));
    return {
      work: (rows) => this.holding(() => this.service.computeRows(id, rows)),
      release: () => this.holding(() => this.service.closeRows(id)),
    };
  }

  private async holding<T>(call: () => Promise<T>): Promise<T> {
    const letGo = this.hold();
    try {
      return await this.ask(call());
    } finally {
      letGo();
    }
  }

  openLane(step: MicrobatchedStep | InPlaceStep): Promise<boolean> {
    return this.ask(this.service.openLane(step));
  }

  work(inputs: StepInputs): Promise<readonly MicrobatchTerms[]> {
    return this.ask(this.service.work(inputs));
  }

  /** Ends it; no call may be under way. */
  async end(): Promise<void> {
    await this.ready.catch(() => undefined);
    await this.worker.terminate();
  }

  async session(model: Uint8Array, options: SessionOptions): Promise<Session> {
    const close = this.hold();
    const { thread: _, ...rest } = options;
    const { service } = this;
    const { id, inputNames, outputNames } = await this.ask(service.open(model, rest)).catch(
      (error: unknown) => {
        close();
        throw error;
      },
    );
    return {
      inputNames,
      outputNames,
      sharesMemory: true,
      run: (feeds) => this.run(id, feeds),
      ...(options.profile && { events: () => this.ask(service.events(id)) }),
      release: async () => {
        await this.ask(service.release(id));
        close();
      },
    };
  }

  /** Has the thread forget a kept tensor: with the next call, as a message of its own costs time. */
  private drop(id: number): void {
    this.dropped.push(id);
    if (this.dropped.length > 1) return;
    const timer = setTimeout(() => {
      if (this.dropped.length > 0) this.service.drop(this.takeDropped()).catch(() => undefined);
    }, dropMilliseconds);
    timer.unref();
  }

  private takeDropped(): number[] {
    return this.dropped.splice(0);
  }

  private async run(id: number, feeds: Tensors): Promise<Record<string, Tensor>> {
    const given: Record<string, PlainTensor> = {};
    const again: Record<string, number> = {};
    for (const [name, tensor] of Object.entries(feeds)) {
      const keptId = this.ids.get(tensor);
      if (keptId === undefined) given[name] = toSend(tensor);
      else again[name] = keptId;
    }
    const outputs = await this.ask(this.service.run(id, given, again, this.takeDropped()));
    return mapValues(outputs, (output) =>
      'finite' in output ? this.handle(output) : fromPlain(output),
    );
  }

  /** A kept tensor as the caller sees it: its numbers come when they are asked for. */
  private handle({ id, type, dims, finite }: Kept): Tensor {
    const buffer = {} as Parameters<typeof Tensor.fromGpuBuffer>[0];
    const tensor = Tensor.fromGpuBuffer(buffer, {
      dataType: type as 'float32',
      dims,
      download: async () =>
        ownArray(await this.ask(this.service.read(id) as Promise<unknown>)) as Float32Array,
      dispose: () => this.drop(id),
    }) as Tensor;
    this.ids.set(tensor, id);
    keptFinite.set(tensor, finite);
    return tensor;
  }
}

const idle = new Set<Thread>();
const forRows = new Set<Thread>();
const threads = new WeakMap<object, Thread>();
let first: Thread | undefined;

/** So many threads for rows of functions, which stay for later functions. */
export function rowThreads(count: number): readonly Thread[] {
  while (forRows.size < count) {
    closeAtExit();
    const thread = new Thread(true);
    thread.rest();
    forRows.add(thread);
  }
  return [...forRows].slice(0, count);
}

function startThread(): Thread {
  closeAtExit();
  const thread = new Thread();
  first ??= thread;
  return thread;
}

/** The thread that is known by an object. */
function threadOf(key: object): Thread {
  const [waiting] = idle;
  const thread = threads.get(key) ?? waiting ?? startThread();
  threads.set(key, thread);
  return thread;
}

/** Starts a thread that the next session will find. */
export function startAhead(): void {
  if (idle.size === 0) startThread().rest();
}

/** Ends threads without sessions. Later threads compute with denormal numbers as they are. */
export async function endIdleThreads(): Promise<void> {
  await Promise.all([...idle].map((thread) => thread.end()));
}

/** Settles when no thread is about to make the process's first session. */
export async function firstThread(): Promise<void> {
  await first?.ready;
}

/** Loads an ONNX model into the native runtime on the thread that is known by an object. */
export function openOnThread(
  model: Uint8Array,
  options: SessionOptions,
  key: object,
): Promise<Session> {
  return threadOf(key).session(model, options);
}
