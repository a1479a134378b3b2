import type { RanksAddress } from './address.js';
import type { Launch } from './launch.js';

/**
 * Processes that train one model together, each on its own share of every batch. A rank is one of them.
 * All ranks ask for the same sums in the same order; else a rank waits for ever.
 */
export interface Ranks {
  /** The place of this one, from 0. The first one prints and writes. */
  readonly rank: number;
  /** Number of ranks. */
  readonly size: number;
  readonly address: RanksAddress;
  /** Sums up numbers over all ranks, in place: each rank gets the same sums. */
  sum(values: Float64Array): Promise<void>;
}

/** Ranks of an MPI job, until they part. */
export interface MpiRanks extends Ranks {
  /** `Open MPI v4.1.4`. */
  readonly version: string;
  readonly launch: Launch;
  /** Parts from the others; no sum may follow. The process goes on. */
  leave(): Promise<void>;
  /** Ends all ranks, and this process, with a code. */
  abort(code: number): never;
}

/** Sums over ranks, taken by a thread that may wait for them. */
export interface Adder {
  /** Sums up numbers over all ranks, in place: each rank gets the same bits. */
  sum(values: Float32Array): void;
}

/** The share of a rank of so many things in order: from `first` on, `count` of them. */
export function shareOf(
  { rank, size }: Pick<Ranks, 'rank' | 'size'>,
  things: number,
): { first: number; count: number } {
  const first = Math.floor((rank * things) / size);
  return { first, count: Math.floor(((rank + 1) * things) / size) - first };
}

/** A number of each rank, by rank. */
export async function gathered({ rank, size, sum }: Ranks, value: number): Promise<number[]> {
  const values = new Float64Array(size);
  values[rank] = value;
  await sum(values);
  return [...values];
}

/** Gives all ranks the first one's plain data. @param value of the first; other ranks' values are ignored */
export async function ofFirst<T>({ rank, sum }: Ranks, value: T): Promise<T> {
  const own = new TextEncoder().encode(rank === 0 ? JSON.stringify(value) : '');
  const length = Float64Array.of(own.length);
  await sum(length);
  const bytes = new Float64Array(length[0]!);
  bytes.set(own);
  await sum(bytes);
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes))) as T;
}
