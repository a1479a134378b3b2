import { breathe } from '../../base/breathe.js';
import { hasInterface, openInPlace, placed } from '../in-place/c-interface.node.js';
import { hasKoffi } from '../in-place/koffi.node.js';
import { Copies } from '../microbatched/memory.js';
import { threadsOf } from '../native.node.js';
import { mapValues, type PlainTensor, type PlainTensors, rowsOf } from '../plain-tensor.js';
import type { MachineModel } from '../session.js';
import { rowThreads } from '../thread/thread.node.js';
import { Turns } from '../turns.js';
import { type PlacedRows, type RowLane, rowLane, stopRows } from './lane.node.js';
import type { RowLanes, RowsCall } from './rows.js';

/** Lanes at most: each holds the model once. Of more threads each lane has several. */
const mostLanes = 8;

/** The same of models with operators in machine code, which use one thread each. */
const mostMachineLanes = 64;

/** Bytes of inputs that are copied at a time. */
const pieceBytes = 2 ** 23;

/** Inputs, where nobody changes them or hands their memory over while lanes read it. */
const copies = new Copies(SharedArrayBuffer);

/** Calls use the same copies, and the same processor. */
const turns = new Turns();

const bytesOf = (tensors: PlainTensors) =>
  Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);

/** Copies of inputs that all rows see. Large ones stay for no later call. */
function copiesOf(shared: PlainTensors): PlainTensors {
  const own = bytesOf(shared) <= pieceBytes ? copies : new Copies(SharedArrayBuffer);
  return own.takeAll(shared);
}

/** A lane on another thread, once it is there. */
class LaneBeside {
  private lane: RowLane | undefined;
  private readonly opened: Promise<RowLane | undefined>;

  constructor(opening: Promise<RowLane>) {
    // The others do its work where it cannot be had.
    this.opened = opening.catch(() => undefined);
    this.opened.then((lane) => {
      this.lane = lane;
    });
  }

  /** Has it work from when it is there on, unless nothing is left by then. */
  begin(rows: PlacedRows, isOver: () => boolean, working: Promise<void>[]): void {
    const start = (lane: RowLane | undefined) => {
      if (!lane || isOver()) return;
      const done = lane.work(rows);
      // The caller hears of a failure once its own rows are done.
      done.catch(() => undefined);
      working.push(done);
    };
    if (this.lane) start(this.lane);
    else this.opened.then(start);
  }

  async release(): Promise<void> {
    await (await this.opened)?.release();
  }
}

class Lanes implements RowLanes {
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));
  /** Tensors of the call, which lanes know by address alone. */
  protected held: readonly PlainTensors[] = [];

  constructor(
    private readonly own: RowLane,
    private readonly others: readonly LaneBeside[],
  ) {}

  get count(): number {
    return 1 + this.others.length;
  }

  run(call: RowsCall): Promise<void> {
    return turns.take(async () => {
      const { rows, into, size, signal } = call;
      const count = Object.values(rows)[0]!.dims[0]!;
      const shared = copiesOf(call.shared);
      const fitting = Math.floor(pieceBytes / (bytesOf(rows) / count) / size);
      const piece = Math.max(2 * this.count, fitting) * size;
      for (let start = 0; start < count; start += piece) {
        const end = Math.min(start + piece, count);
        const part = (tensor: PlainTensor) => rowsOf(tensor, start, end);
        const copied = copies.takeAll(mapValues(rows, part));
        await this.compute(copied, shared, mapValues(into, part), size, signal);
      }
    });
  }

  private async compute(
    rows: PlainTensors,
    shared: PlainTensors,
    into: PlainTensors,
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    const { begun, own, others } = this;
    begun[0] = 0;
    this.held = [rows, shared, into];
    const count = Object.values(rows)[0]!.dims[0]!;
    const all: PlacedRows = {
      ...{ count, size, begun },
      rows: mapValues(rows, placed),
      shared: mapValues(shared, placed),
      into: mapValues(into, placed),
    };
    let isOver = false;
    const working: Promise<void>[] = [];
    for (const lane of others) lane.begin(all, () => isOver, working);
    const stop = () => stopRows(begun);
    signal?.addEventListener('abort', stop);
    try {
      await own.work(all);
    } finally {
      isOver = true;
      stop();
      signal?.removeEventListener('abort', stop);
      // The lanes write into memory of this call.
      await Promise.allSettled(working);
      this.held = [];
    }
    await Promise.all(working);
    signal?.throwIfAborted();
  }

  release(): Promise<void> {
    return turns.take(async () => {
      await Promise.all([this.own.release(), ...this.others.map((lane) => lane.release())]);
    });
  }
}

/** So many threads; none where the program may start none, as by Node's permissions. */
function threadsBeside(count: number): ReturnType<typeof rowThreads> {
  try {
    return rowThreads(count);
  } catch {
    return [];
  }
}

/**
 * Lanes for rows of a model's function: on this thread, and on threads beside it.
 * @returns undefined where there can be only one
 */
export async function openRowLanes(model: MachineModel): Promise<RowLanes | undefined> {
  const all = threadsOf({});
  const count = Math.min(all, model.operators.length > 0 ? mostMachineLanes : mostLanes);
  if (count < 2 || !hasKoffi() || !(await hasInterface())) return undefined;
  const beside = threadsBeside(count - 1);
  if (beside.length === 0) return undefined;
  const threads = Math.floor(all / count);
  const others = beside.map((thread) => new LaneBeside(thread.rows(model, threads)));
  const own = rowLane(
    await openInPlace(model.model, { threads, operators: model.operators, flush: false }),
    breathe,
  );
  return new Lanes(own, others);
}
