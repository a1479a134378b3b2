import { elementCount } from '../base/shape.js';
import {
  convolves,
  type LoopProgram,
  multiplications,
  resultsOf,
  workingBytes,
} from '../graph/index.js';
import type { Device } from '../runtime/session.js';

/** Memory and work of a training step, as its program tells them; bytes are estimates. */
export interface Footprint {
  /** The device that computes the step: memory of a graphics processor is not this process's. */
  readonly device: Device;
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
 * Number of times that the process's memory holds a step's working memory, and its state. The runtime's
 * pools grow by doubling, and keep memory that earlier calls took in other pieces: more of it where
 * tensors of many sizes come and go, as around convolutions. Copies of the state are with the thread that
 * trains, in the runtime on the way in and out, and in the checkpoint under way. All are measured: `npm
 * run bench:memory`.
 */
const workingCopies = { convolutions: 4, others: 1.5 };
const stateCopies = 8;

/** Bytes that a state of so many bytes adds to the process's memory by itself. */
export function stateMemory(state: number): number {
  return stateCopies * state;
}

/**
 * The footprint of a step.
 * @param program as it was made
 * @param optimized the same in the form that runs
 * @param step.parameters how many numbers the model has
 * @param step.batchSize examples of a step
 * @param step.threads that compute its microbatches beside one another
 * @param step.device that computes it
 */
export function footprintOf(
  program: LoopProgram,
  optimized: LoopProgram,
  step: Pick<Footprint, 'parameters' | 'device'> & {
    readonly batchSize: number;
    readonly threads: number;
  },
): Footprint {
  const { parameters, batchSize, threads, device } = step;
  const { microbatches, carried, outputs } = optimized;
  const results = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const state = carried.reduce(
    (sum, { current: { shape } }) => sum + 4 * elementCount(shape as readonly number[]),
    0,
  );
  const copies = workingCopies[convolves(resultsOf(program)) ? 'convolutions' : 'others'];
  const working = workingBytes(results, batchSize) - state + beside(microbatches, threads);
  return {
    device,
    parameters,
    multiplications: multiplications(resultsOf(program), batchSize),
    state,
    working,
    memory: stateMemory(state) + copies * working,
  };
}

/** Bytes of the microbatches that are computed beside one another. */
function beside(microbatches: LoopProgram['microbatches'], threads: number): number {
  if (!microbatches) return 0;
  const { sums, size, count } = microbatches;
  const terms = sums.map(({ term }) => term);
  return Math.min(threads, count) * workingBytes(terms, size);
}
