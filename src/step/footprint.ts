import { elementCount } from '../data/shape.js';
import { type LoopProgram, multiplications, resultsOf, workingBytes } from '../graph/index.js';

/** Memory and work of a training step, as its program tells them; bytes are estimates. */
export interface Footprint {
  /** Numbers that the model has. */
  readonly parameters: number;
  /** Multiplications of a step's products. */
  readonly multiplications: number;
  /** Parameters, and all that is remembered from step to step, such as an optimizer's means, in bytes. */
  readonly state: number;
  /** The most that a step has at work at a time beside the next state, in bytes. */
  readonly working: number;
  /** Bytes that training adds to the process's memory at the most. */
  readonly memory: number;
}

/**
 * How often a step's working memory is in the process's, and how often the state. The runtime's pools
 * grow by doubling and keep memory that an earlier call took otherwise; copies of the state are with
 * the thread that trains, in the runtime on the way in and out, and in the checkpoint under way. Both
 * are measured: `npm run bench:memory`.
 */
const workingCopies = 4;
const stateCopies = 8;

/** Bytes that training adds to the process's memory. */
export function trainingMemory({ state, working }: Pick<Footprint, 'state' | 'working'>): number {
  return stateCopies * state + workingCopies * working;
}

/**
 * The footprint of a step.
 * @param program in the form that runs
 * @param parameters how many numbers the model has
 * @param batchSize examples of a step
 * @param threads that compute its microbatches beside one another
 */
export function footprintOf(
  program: LoopProgram,
  parameters: number,
  batchSize: number,
  threads: number,
): Footprint {
  const { microbatches, carried, outputs } = program;
  const results = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const state = carried.reduce(
    (sum, { current: { shape } }) => sum + 4 * elementCount(shape as readonly number[]),
    0,
  );
  const working = workingBytes(results, batchSize) - state + beside(microbatches, threads);
  return {
    parameters,
    multiplications: multiplications(resultsOf(program), batchSize),
    state,
    working,
    memory: trainingMemory({ state, working }),
  };
}

/** Bytes of the microbatches that are computed beside one another. */
function beside(microbatches: LoopProgram['microbatches'], threads: number): number {
  if (!microbatches) return 0;
  const { sums, size, count } = microbatches;
  const terms = sums.map(({ term }) => term);
  return Math.min(threads, count) * workingBytes(terms, size);
}
