import { elementCount } from '../data/shape.js';
import {
  convolves,
  type LoopProgram,
  multiplications,
  resultsOf,
  workingBytes,
} from '../graph/index.js';
import type { Packing } from './pack.js';

/** What a training step takes, as its program tells it; bytes are estimates. */
export interface Footprint {
  /** Numbers that the model has. */
  readonly parameters: number;
  /** Multiplications of a step's products. */
  readonly multiplications: number;
  /** Parameters, and what the optimizer and others remember from step to step, in bytes. */
  readonly state: number;
  /** The most that a step has at work at a time beside the next state, in bytes. */
  readonly working: number;
  /** What training adds to the process's memory at the most, in bytes. */
  readonly memory: number;
}

/**
 * How often what a step has at work is in memory, and how often the state. The runtime's pools grow by
 * doubling and keep what an earlier call took otherwise: the more, the more tensors of different sizes
 * come and go, as they do around convolutions. Copies of the state are with the thread that trains, in
 * the runtime on the way in and out, and in the checkpoint under way. All are measured:
 * `npm run bench:memory`.
 */
const workingCopies = { convolutions: 4, others: 1.5 };
const stateCopies = 8;

/** What a state of so many bytes adds to the process's memory by itself, in bytes. */
export function stateMemory(state: number): number {
  return stateCopies * state;
}

/**
 * What a step takes.
 * @param program as it was made
 * @param optimized the same in the form that runs
 * @param batchSize examples of a step
 * @param threads that compute its parts beside one another
 */
export function footprintOf(
  program: LoopProgram,
  optimized: LoopProgram,
  packing: Packing,
  batchSize: number,
  threads: number,
): Footprint {
  const { parts, carried, outputs } = optimized;
  const bytes = ({ shape }: { readonly shape: LoopProgram['steps'][number]['shape'] }) =>
    4 * elementCount(shape as readonly number[]);
  const rest = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const part = parts
    ? workingBytes(
        parts.sums.map(({ term }) => term),
        parts.size,
      )
    : 0;
  const lanes = parts ? Math.min(threads, parts.count) : 0;
  const copies = workingCopies[convolves(resultsOf(program)) ? 'convolutions' : 'others'];
  const state = carried.reduce((sum, { current }) => sum + bytes(current), 0);
  const working = workingBytes(rest, batchSize) - state + lanes * part;
  return {
    parameters: packing.specs.reduce((sum, each) => sum + bytes(each) / 4, 0),
    multiplications: multiplications(resultsOf(program), batchSize),
    state,
    working,
    memory: stateMemory(state) + copies * working,
  };
}
