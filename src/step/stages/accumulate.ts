import { add, greater, mul } from '../../graph/index.js';
import type { Stage } from './stage.js';

/** Takes the mean of several batches' gradients, each by its size, before parameters change. */
export const accumulate: Stage = {
  kind: 'accumulated',
  slots: [''],
  numbers: ({ begins, share, applies }) => ({
    keep: begins ? 0 : 1,
    share,
    apply: applies ? 1 : 0,
  }),
  apply(change, memory) {
    const sums = memory.slot('');
    const means = change.gradients.map((gradient, g) =>
      add(mul(sums[g]!, memory.number('keep')), mul(gradient, memory.number('share'))),
    );
    memory.keep('', means);
    return { ...change, gradients: means, applies: greater(memory.number('apply'), 0.5) };
  },
};
