import type { PlainTensors } from '../plain-tensor.js';

/** Rows of a function that are to be computed. */
export interface RowsCall {
  /** Inputs [N, ...]. */
  readonly rows: PlainTensors;
  /** Inputs that all rows see. */
  readonly shared: PlainTensors;
  /** Memory for the outputs, [N, ...]. */
  readonly into: PlainTensors;
  /** Rows in one call of the runtime. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lanes that compute a function's rows beside one another. The runtime's threads share the work inside an operator, and
 * wait for one another at the end of each; a lane computes whole rows, and waits once a call.
 */
export interface RowLanes {
  /** The number of lanes. */
  readonly count: number;
  /** Computes outputs into memory. @throws the signal's reason when it says stop */
  run(call: RowsCall): Promise<void>;
  /** Frees the runtime's memory; calls under way end before. */
  release(): Promise<void>;
}
