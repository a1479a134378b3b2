import { type LoopProgram, resultsOf } from '../program.js';
import { multiplications } from '../work.js';

/**
 * Multiplications of a step's products up to which its many operators cost the runtime more than its products gain by
 * longer vectors. On an AMD EPYC, steps of 0.3 to 2.0 million took 0.56 to 0.93 of the runtime's time on one thread, and
 * steps of 2.3 to 4.1 million 0.93 to 1.14.
 */
const mostWork = 2e6;

/** Tells whether a step is sooner computed by a function in WebAssembly than by the runtime. */
export function isSmall(program: LoopProgram, examples: number): boolean {
  return multiplications(resultsOf(program), examples) <= mostWork;
}
