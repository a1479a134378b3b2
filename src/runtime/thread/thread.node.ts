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
import {
  flushesDenormals,
  type InPlaceStep,
  keptFinite,
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

/** A thread that holds sessions, or is a lane of one. */
export class Thread implements Lane {
  private readonly worker = new Worker(ownFile('dist/bin/thread-worker.js'), {
    workerData: { flush: flushesDenormals(), vaekitGate: gate, ...telemetryData(), ...cudaData() },
    // The process's own options may be ones that no worker takes.
    execArgv: [],
    // Its script makes few objects: arrays of numbers lie in other memory.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  private readonly service: Remote<ThreadService> = wrap(nodeEndpoint(this.worker));
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

  constructor() {
    this.worker.on('error', ({ message }) => this.lose(message));
    this.worker.on('exit', (code) => this.lose(`exit code ${code}`));
    this.ready = this.ask(this.service.ready());
    this.ready.catch(() => undefined);
  }

  private lose(why: string): void {
    this.lost ??= new Error(`The thread that computes has ended: ${why}`);
    idle.delete(this);
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
    idle.add(this);
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
    idle.delete(this);
    this.worker.ref();
    this.open += 1;
    const close = () => {
      this.open -= 1;
      if (this.open === 0) this.rest();
    };
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
const threads = new WeakMap<object, Thread>();
let first: Thread | undefined;

function startThread(): Thread {
  if (!first) closeAtExit();
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
