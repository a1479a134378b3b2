import { MessageChannel, parentPort, workerData } from 'node:worker_threads';
import { expose, transfer } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Tensor } from 'onnxruntime-common';
import { allFinite } from '../data/finite.js';
import { roomyBuffer } from '../data/shape.js';
import { openNative } from './native.node.js';
import {
  buffersOf,
  fromPlain,
  isShared,
  type PlainTensor,
  type PlainTensors,
  toPlain,
} from './plain-tensor.js';
import type { Session, SessionOptions } from './session.js';

/** Whether this thread takes denormal numbers as 0. Not known before it runs. */
function isFlushing(): boolean {
  const [small, factor] = Float64Array.of(1e-300, 1e-15);
  return small! * factor! === 0;
}

// The runtime sets the mode of the thread that makes the first session, even of a model that is none.
if ((workerData as { flush: boolean }).flush) {
  const { InferenceSession } = await import('onnxruntime-node');
  await InferenceSession.create(new Uint8Array(1), {
    logSeverityLevel: 4,
    extra: { session: { set_denormal_as_zero: '1' } },
  }).catch(() => undefined);
}
const flush = isFlushing();

/** Feeds in shared memory, which the runtime does not read: copied into memory that is used again. */
class Copies {
  private readonly buffers = new Map<string, ArrayBuffer>();

  take(name: string, tensor: PlainTensor): PlainTensor {
    if (!isShared(tensor)) return tensor;
    const { data } = tensor;
    const buffer = roomyBuffer(ArrayBuffer, data.byteLength, this.buffers.get(name));
    this.buffers.set(name, buffer);
    const own = new (data.constructor as Uint8ArrayConstructor)(buffer, 0, data.length);
    own.set(data as Uint8Array);
    return { ...tensor, data: own };
  }
}

interface Opened {
  readonly session: Session;
  readonly keep: ReadonlySet<string>;
  readonly copies: Copies;
}

const sessions = new Map<number, Opened>();
const kept = new Map<number, Tensor>();
let last = 0;

/** A tensor that stays on this thread. */
export interface Kept {
  readonly id: number;
  readonly type: Tensor.Type;
  readonly dims: readonly number[];
  readonly finite: boolean;
}

function keep(tensor: Tensor): Kept {
  const id = ++last;
  kept.set(id, tensor);
  const { type, dims, data } = tensor;
  return { id, type, dims, finite: !(data instanceof Float32Array) || allFinite(data) };
}

const nowhere = new MessageChannel().port1;
nowhere.close();

/** Frees a tensor's memory at once: the garbage collector sees too little of it to do so in time. */
function discard({ data }: Tensor): void {
  nowhere.postMessage(undefined, [(data as Float32Array).buffer as ArrayBuffer]);
}

/** What another thread asks of this one. */
const service = {
  /** Answered once the thread's mode is set. */
  ready() {},

  async open(model: Uint8Array, options: SessionOptions) {
    const session = await openNative(model, options, flush);
    const id = ++last;
    sessions.set(id, { session, keep: new Set(options.keep), copies: new Copies() });
    const { inputNames, outputNames } = session;
    return { id, inputNames, outputNames };
  },

  /** @param again ids of kept tensors, by the inputs that they are fed to */
  async run(id: number, feeds: PlainTensors, again: Readonly<Record<string, number>>) {
    const { session, keep: names, copies } = sessions.get(id)!;
    const given = Object.entries(feeds).map(
      ([name, tensor]) => [name, fromPlain(copies.take(name, tensor))] as const,
    );
    const back = Object.entries(again).map(([name, tensor]) => [name, kept.get(tensor)!] as const);
    const outputs: Record<string, PlainTensor | Kept> = {};
    const sent: PlainTensor[] = [];
    for (const [name, tensor] of Object.entries(
      await session.run(Object.fromEntries([...given, ...back])),
    )) {
      if (names.has(name)) outputs[name] = keep(tensor);
      else {
        const plain = toPlain(tensor);
        outputs[name] = plain;
        sent.push(plain);
      }
    }
    return transfer(outputs, buffersOf(sent));
  },

  read(tensor: number) {
    return kept.get(tensor)!.data;
  },

  drop(tensor: number) {
    const dropped = kept.get(tensor);
    kept.delete(tensor);
    if (dropped) discard(dropped);
  },

  events(id: number) {
    return sessions.get(id)!.session.events!();
  },

  async release(id: number) {
    await sessions.get(id)!.session.release();
    sessions.delete(id);
    if (sessions.size === 0) kept.clear();
  },
};

export type ThreadService = typeof service;

expose(service, nodeEndpoint(parentPort!));
