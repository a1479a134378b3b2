import { parentPort, workerData } from 'node:worker_threads';
import { expose, transfer } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { allFinite } from '../../base/finite.js';
import { isFloats } from '../../base/realm.js';
import { openAssembled } from '../assembled/session.js';
import { hasInterface, openInPlace } from '../in-place/c-interface.node.js';
import { StepMemory } from '../in-place/memory.js';
import { inPlaceSession } from '../in-place/session.js';
import { LaneTerms, type Terms, WholeTerms } from '../in-place/terms.js';
import { type Lane, OwnLane, type StepInputs } from '../microbatched/lane.js';
import { Copies, discard } from '../microbatched/memory.js';
import { allOrNone, openMicrobatched } from '../microbatched/session.js';
import { openNative, threadsOf } from '../native.node.js';
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
import { adderOf } from '../ranks/adder.node.js';
import { type OwnSums, RankTerms, SumsInLanes, SumsInTurn } from '../ranks/terms.js';
import { type PlacedRows, type RowLane, rowLane } from '../rows/lane.node.js';
import type {
  InPlaceStep,
  MachineModel,
  MicrobatchedStep,
  Session,
  SessionOptions,
} from '../session.js';
import { Turns } from '../turns.js';
import { inRuntime } from './gate.node.js';
import { Thread } from './thread.node.js';
import type { Kept, ThreadService } from './thread-service.js';

/** Tells whether this thread takes denormal numbers as 0. Not known before it runs. */
function isFlushing(): boolean {
  const [small, factor] = Float64Array.of(1e-300, 1e-15);
  return small! * factor! === 0;
}

// The runtime sets the mode of the thread that makes the first session, even of bytes that are no model.
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
const rowLanes = new Map<number, RowLane>();
let last = 0;
let lane: Lane | undefined;

/**
 * Threads inside an operator would wait for one another again; and how many share a narrow product
 * decides its last bits.
 */
const oneThread: SessionOptions = { threads: 1 };

async function openOwnLane(step: MicrobatchedStep | InPlaceStep): Promise<Lane> {
  if ('microbatch' in step) {
    return new OwnLane(await openNative(step.microbatch, oneThread, flush), step);
  }
  return new OwnLane(await openTerms(step, oneThread), step.cutting!);
}

/** A lane on a thread of its own, in the mode of this one where the system passes it on. */
async function openLaneBeside(step: MicrobatchedStep | InPlaceStep): Promise<Lane | undefined> {
  const other = new Thread();
  const flushes = await other.openLane(step);
  if (flushes === flush) return other;
  await other.end();
  return undefined;
}

/** Lanes for so many microbatches. The other lanes begin first, since this one's work holds the thread. */
function openLanes(step: MicrobatchedStep | InPlaceStep, count: number) {
  const beside = Array.from({ length: count - 1 }, () => openLaneBeside(step));
  return [...beside, openOwnLane(step)];
}

/** A session of lanes; undefined where one lane is all that there can be. */
async function openMicrobatches(options: SessionOptions): Promise<Session | undefined> {
  const { microbatched: step } = options;
  if (!step) return undefined;
  const count = Math.min(threadsOf(options), step.count);
  if (count < 2) return undefined;
  return openMicrobatched(step, openNative(step.rest, oneThread, flush), openLanes(step, count));
}

/** A session of the terms of a step, or of a microbatch. */
function openTerms({ terms, operators }: InPlaceStep, { threads }: SessionOptions) {
  return openInPlace(terms, { ...(threads !== undefined && { threads }), operators, flush });
}

/** Has this rank sum up the terms of its examples. */
async function ownSums(step: InPlaceStep, options: SessionOptions): Promise<OwnSums> {
  const count = Math.min(threadsOf(options), step.cutting!.count);
  const lanes = count > 1 ? await allOrNone(openLanes(step, count)) : undefined;
  return lanes
    ? new SumsInLanes(step, lanes)
    : new SumsInTurn(step, await openTerms(step, options));
}

/** Has the runtime write the terms of a step where its state is; undefined where a lane cannot compute as others do. */
async function termsOf(
  step: InPlaceStep,
  memory: StepMemory,
  options: SessionOptions,
): Promise<Terms | undefined> {
  const { ranks } = options;
  if (ranks) return new RankTerms(step, memory, await ownSums(step, options), adderOf(ranks));
  if (!step.cutting) return new WholeTerms(step, memory, await openTerms(step, options));
  const count = Math.min(threadsOf(options), step.cutting.count);
  const lanes = await allOrNone(openLanes(step, count));
  return lanes && new LaneTerms(step, memory, lanes);
}

/** Memory for a step; undefined where none is left, or the process may have too little of the address space. */
function memoryOf(step: InPlaceStep): StepMemory | undefined {
  try {
    return new StepMemory(step);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A session of a step where its state is; undefined where the runtime cannot be called so. */
async function openWhereStateIs(options: SessionOptions): Promise<Session | undefined> {
  const { inPlace: step, ranks } = options;
  if (!step || !(ranks || (await hasInterface()))) return undefined;
  const memory = memoryOf(step);
  if (!memory) {
    if (!ranks) return undefined;
    throw new UserError(`There is no memory for the step of a rank: ${step.pages / 16} MiB.`);
  }
  const terms = await termsOf(step, memory, options);
  if (!terms) return undefined;
  const { between } = step;
  const session = between && (await openInPlace(between.model, { threads: 1, flush }));
  return inPlaceSession(step, memory, terms, session);
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
    const { keep, assembled } = options;
    const session =
      (assembled && (await openAssembled(assembled))) ??
      (await openWhereStateIs(options)) ??
      (await openMicrobatches(options)) ??
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

  async openLane(step) {
    lane = await openOwnLane(step);
    return flush;
  },

  async work(inputs: StepInputs) {
    const done = await lane!.work(inputs);
    return transfer(done, buffersOf(done.flatMap(({ terms }) => Object.values(terms))));
  },

  async openRows({ model, operators }: MachineModel, threads: number) {
    const id = ++last;
    rowLanes.set(id, rowLane(await openInPlace(model, { threads, operators, flush })));
    return id;
  },

  async computeRows(id: number, rows: PlacedRows) {
    await rowLanes.get(id)!.work(rows);
  },

  async closeRows(id: number) {
    await rowLanes.get(id)!.release();
    rowLanes.delete(id);
  },

  async release(id: number) {
    const { session, turns } = sessions.get(id)!;
    sessions.delete(id);
    await turns.take(() => session.release());
    if (sessions.size === 0) kept.clear();
  },
};

expose(service, nodeEndpoint(parentPort!));
