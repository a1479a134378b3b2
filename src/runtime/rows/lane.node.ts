import type { InPlaceModel, PlacedTensor, PlacedTensors } from '../in-place/c-interface.node.js';
import { mapValues } from '../plain-tensor.js';

/** Rows that lanes compute. All memory is of the thread that asks, which keeps it until all lanes are done. */
export interface PlacedRows {
  /** Rows in all. */
  readonly count: number;
  /** Rows in one call of the runtime. */
  readonly size: number;
  /** Inputs, [count, ...]. */
  readonly rows: PlacedTensors;
  /** Inputs that all rows see. */
  readonly shared: PlacedTensors;
  /** Outputs, [count, ...]. */
  readonly into: PlacedTensors;
  /** The number of calls that lanes have begun, in shared memory. */
  readonly begun: Int32Array;
}

/** A thread that computes rows of a function. */
export interface RowLane {
  /** Computes rows that no lane has begun, until there are none left. */
  work(rows: PlacedRows): Promise<void>;
  /** Frees the runtime's memory; no call may be under way. */
  release(): Promise<void>;
}

/** The part of a tensor that some of all rows have. */
function rowsOf(
  { type, dims, address, bytes }: PlacedTensor,
  start: number,
  end: number,
  count: number,
): PlacedTensor {
  const [, ...rest] = dims;
  const width = bytes / count;
  const first = address + BigInt(start * width);
  return { type, dims: [end - start, ...rest], address: first, bytes: (end - start) * width };
}

/** Leaves nothing to begin. */
export function stopRows(begun: Int32Array): void {
  Atomics.store(begun, 0, 2 ** 30);
}

/**
 * A lane on the thread that it was made on.
 * @param pause waits between two calls of the runtime
 */
export function rowLane(model: InPlaceModel, pause?: () => Promise<void>): RowLane {
  return {
    async work({ count, size, rows, shared, into, begun }) {
      for (;;) {
        const start = Atomics.add(begun, 0, 1) * size;
        if (start >= count) return;
        const end = Math.min(start + size, count);
        const own = (tensor: PlacedTensor) => rowsOf(tensor, start, end, count);
        await model.compute({ ...shared, ...mapValues(rows, own) }, mapValues(into, own));
        await pause?.();
      }
    },
    release: () => model.release(),
  };
}
