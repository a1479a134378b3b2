import { parentPort, workerData } from 'node:worker_threads';
import { expose, transfer } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Tensor } from 'onnxruntime-common';
import { allFinite } from '../../base/finite.js';
import { isFloats } from '../../base/realm.js';
import { openNative } from '../native.node.js';
import { loadRuntime } from '../onnxruntime.node.js';
import {
  buffersOf,
  fromPlain,
  isShared,
  mapValues,
  type PlainTensor,
  type PlainTensors,
  toPlain,
} from '../plain-tensor.js';
import type { MicrobatchedStep, Session, SessionOptions } from '../session.js';
import { Turns } from '../turns.js';
import { inRuntime } from './gate.node.js';
import { Copies, discard } from './memory.node.js';
import { Thread } from './thread.node.js';
import type { Kept, ThreadService } from './thread-service.js';
import {
  MicrobatchWorker,
  openMicrobatched,
  type StepInputs,
  type WorkerElsewhere,
} from './workers.node.js';

/** Whether this thread takes denormal numbers as 0. Not known before it runs. */
function isFlushing(): boolean {
  const [small, factor] = Float64Array.of(1e-300, 1e-15);
  return small! * factor! === 0;
}

// The runtime sets the mode of the thread that makes the first session, even of a model that is none.
if ((workerData as { flush: boolean }).flush) {
  await inRuntime(async () => {
    const { InferenceSession } = await loadRuntime();
    await InferenceSession.create(new Uint8Array(1), {
      logSeverityLevel: 4,
      extra: { session: { set_denormal_as_zero: '1' } },
    }).catch(() => undefined);
  });
}
const flush = isFlushing();

interface Opened {
  readonly session: Session;
  readonly keep: ReadonlySet<string>;
  readonly copies: Copies;
  /** Two calls at a time would share copies, and workers. */
  readonly turns: Turns;
}

const sessions = new Map<number, Opened>();
const kept = new Map<number, Tensor>();
let last = 0;
let worker: MicrobatchWorker | undefined;

/** A worker on a thread of its own, in the mode of this one where the system passes it on. */
async function startWorker(model: MicrobatchedStep): Promise<WorkerElsewhere | undefined> {
  const other = new Thread();
  const flushes = await other.openWorker(model);
  if (flushes === flush) return other;
  await other.end();
  return undefined;
}

function keep(tensor: Tensor): Kept {
  const id = ++last;
  kept.set(id, tensor);
  const { type, dims, data } = tensor;
  return { id, type, dims, finite: !isFloats(data) || allFinite(data) };
}

function drop(tensors: readonly number[]): void {
  for (const id of tensors) {
    const tensor = kept.get(id);
    kept.delete(id);
    if (tensor) discard(tensor);
  }
}

/** The questions that another thread may ask of this one. */
const service: ThreadService = {
  ready() {},

  async open(model: Uint8Array, options: SessionOptions) {
    const { microbatched, keep } = options;
    const session =
      (microbatched && (await openMicrobatched(microbatched, options, flush, startWorker))) ??
      (await openNative(model, options, flush));
    const id = ++last;
    const copies = new Copies(ArrayBuffer);
    sessions.set(id, { session, keep: new Set(keep), copies, turns: new Turns() });
    const { inputNames, outputNames } = session;
    return { id, inputNames, outputNames };
  },

  async run(
    id: number,
    feeds: PlainTensors,
    again: Readonly<Record<string, number>>,
    dropped: readonly number[],
  ) {
    drop(dropped);
    const { session, keep: names, copies, turns } = sessions.get(id)!;
    // The runtime does not read shared memory.
    const isCopied = (tensor: PlainTensor) => isShared(tensor) && !session.sharesMemory;
    const results = await turns.take(() => {
      const given = mapValues(copies.takeAll(feeds, isCopied), fromPlain);
      const back = mapValues(again, (tensor) => kept.get(tensor)!);
      return session.run({ ...given, ...back });
    });
    const outputs: Record<string, PlainTensor | Kept> = {};
    const sent: PlainTensor[] = [];
    for (const [name, tensor] of Object.entries(results)) {
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

  drop,

  events(id: number) {
    return sessions.get(id)!.session.events!();
  },

  async openWorker(model: MicrobatchedStep) {
    worker = await MicrobatchWorker.open(model, flush);
    return flush;
  },

  async work(inputs: StepInputs) {
    const done = await worker!.work(inputs);
    return transfer(done, buffersOf(done.flatMap(({ terms }) => Object.values(terms))));
  },

  async release(id: number) {
    const { session, turns } = sessions.get(id)!;
    sessions.delete(id);
    await turns.take(() => session.release());
    if (sessions.size === 0) kept.clear();
  },
};

expose(service, nodeEndpoint(parentPort!));
