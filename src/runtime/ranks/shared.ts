import { setImmediate } from 'node:timers/promises';
import type { SharedAddress } from './address.js';
import type { Adder, Ranks } from './ranks.js';

/** Numbers that a rank puts down at a time. */
const slot = 1 << 16;

/** Words before the numbers: how many ranks have come, and how often all of them had. */
const words = 4;

/** Memory for ranks that are threads of one process. */
export function sharedMemory(size: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * words + 8 * slot * size);
}

/** Place where ranks wait for one another. */
class Meeting {
  private readonly state: Int32Array;

  constructor(
    memory: SharedArrayBuffer,
    private readonly size: number,
  ) {
    this.state = new Int32Array(memory, 0, words);
  }

  /** Comes to the meeting. @returns its number where others are still to come */
  private come(): number | undefined {
    const { state, size } = this;
    const meeting = Atomics.load(state, 1);
    if (Atomics.add(state, 0, 1) + 1 < size) return meeting;
    Atomics.store(state, 0, 0);
    Atomics.add(state, 1, 1);
    Atomics.notify(state, 1);
    return undefined;
  }

  /** Holds the thread until all are there. */
  wait(): void {
    const meeting = this.come();
    if (meeting === undefined) return;
    while (Atomics.load(this.state, 1) === meeting) Atomics.wait(this.state, 1, meeting);
  }

  /** The same for a thread with other things to do. */
  async waitMeanwhile(): Promise<void> {
    const meeting = this.come();
    while (meeting !== undefined && Atomics.load(this.state, 1) === meeting) await setImmediate();
  }
}

/** The steps of a sum: puts numbers down, and takes the sums up once all have. */
class Table<Values extends Float32Array | Float64Array> {
  private readonly own: Values;
  private readonly all: readonly Values[];

  constructor(
    { rank, size, memory }: SharedAddress,
    Kind: new (memory: SharedArrayBuffer, start: number, length: number) => Values,
  ) {
    this.all = Array.from(
      { length: size },
      (_, each) => new Kind(memory, 4 * words + 8 * slot * each, slot),
    );
    this.own = this.all[rank]!;
  }

  put(values: Values, start: number): void {
    this.own.set(values.subarray(start, start + slot));
  }

  take(values: Values, start: number): void {
    const end = Math.min(start + slot, values.length);
    for (let i = start; i < end; i++) {
      let sum = 0;
      for (const each of this.all) sum += each[i - start]!;
      values[i] = sum;
    }
  }
}

/** Sums of threads that may wait. */
export function sharedAdder(address: SharedAddress): Adder {
  const meeting = new Meeting(address.memory, address.size);
  const table = new Table(address, Float32Array<SharedArrayBuffer>);
  return {
    sum(values) {
      for (let start = 0; start < values.length; start += slot) {
        table.put(values as Float32Array<SharedArrayBuffer>, start);
        meeting.wait();
        table.take(values as Float32Array<SharedArrayBuffer>, start);
        meeting.wait();
      }
    },
  };
}

/** A rank among threads of one process, for programs that have no MPI and for tests. */
export function sharedRanks(rank: number, size: number, memory: SharedArrayBuffer): Ranks {
  const address: SharedAddress = { kind: 'shared', rank, size, memory };
  const meeting = new Meeting(memory, size);
  const table = new Table(address, Float64Array<SharedArrayBuffer>);
  return {
    rank,
    size,
    address,
    async sum(values) {
      for (let start = 0; start < values.length; start += slot) {
        table.put(values as unknown as Float64Array<SharedArrayBuffer>, start);
        await meeting.waitMeanwhile();
        table.take(values as unknown as Float64Array<SharedArrayBuffer>, start);
        await meeting.waitMeanwhile();
      }
    },
  };
}
