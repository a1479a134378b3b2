import { type LoopProgram, resultsOf } from '../program.js';
import { multiplications, oneThreadWork } from '../work.js';

/** Multiplications for each example up to which a step is bound by its many operators, and not by its products. */
const mostWork = 1e5;

/** Tells whether a step is sooner computed by a function in WebAssembly, on one thread, than by the runtime. */
export function isSmall(program: LoopProgram, examples: number): boolean {
  const results = resultsOf(program);
  return (
    multiplications(results, 1) <= mostWork && multiplications(results, examples) <= oneThreadWork
  );
}
