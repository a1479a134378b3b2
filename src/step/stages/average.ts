import { add, mul, sub } from '../../graph/index.js';
import type { Stage } from './stage.js';

/** The kind under which averages of parameters are kept: a model is judged by these. */
export const averageKind = 'average';

/**
 * Keeps an exponential moving average of the parameters. At change n the factor is the smaller of
 * `decay` and (1 + n) / (10 + n), as in TensorFlow's `ExponentialMovingAverage`.
 */
export function averaging(decay: number): Stage {
  return {
    kind: averageKind,
    slots: [''],
    startsAs: 'parameters',
    numbers: ({ changes, applies }) => {
      const factor = Math.min(decay, (2 + changes) / (11 + changes));
      return { average: applies ? 1 - factor : 0 };
    },
    apply(change, memory) {
      const averages = memory.slot('');
      memory.keep(
        '',
        change.after.map((next, g) =>
          add(averages[g]!, mul(sub(next, averages[g]!), memory.number('average'))),
        ),
      );
      return change;
    },
  };
}
