import { elementCount } from '../data/shape.js';
import { type LoopProgram, multiplications, resultsOf, workingBytes } from '../graph/index.js';
import type { Packing } from './pack.js';

/** What a training step takes, as its program tells it; bytes are estimates. */
export interface Footprint {
  /** Numbers that the model has. */
  readonly parameters: number;
  /** Multiplications of a step's products. */
  readonly multiplications: number;
  /** Parameters, and what the optimizer and others remember from step to step, in bytes. */
  readonly state: number;
  /** The most that a step has at work at a time, in bytes. */
  readonly working: number;
}

/**
 * What a step takes.
 * @param program in the form that runs
 * @param batchSize examples of a step
 * @param threads that compute its parts beside one another
 */
export function footprintOf(
  program: LoopProgram,
  packing: Packing,
  batchSize: number,
  threads: number,
): Footprint {
  const { parts, carried, outputs } = program;
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
  return {
    parameters: packing.specs.reduce((sum, each) => sum + bytes(each) / 4, 0),
    multiplications: multiplications(resultsOf(program), batchSize),
    state: carried.reduce((sum, { current }) => sum + bytes(current), 0),
    working: workingBytes(rest, batchSize) + lanes * part,
  };
}
