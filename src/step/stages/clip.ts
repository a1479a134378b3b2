import { add, clip, div, maximum, mul, sqrt, square, sum, type Value } from '../../graph/index.js';
import type { Stage } from './stage.js';

/** A limit of gradients: of the norm of a player's gradients together, or of each element. */
export interface ClipOptions {
  readonly norm?: number | undefined;
  readonly value?: number | undefined;
}

/** The gradients, no longer than a Euclidean norm (Pascanu et al. 2013, algorithm 1). */
function shortened(gradients: readonly Value[], norm: number): Value[] {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const length = sqrt(squares.reduce((total, each) => add(total, each)));
  const factor = div(norm, maximum(length, norm));
  return gradients.map((gradient) => mul(gradient, factor));
}

/** Holds gradients in limits. */
export function clipping({ norm, value }: ClipOptions): Stage {
  return {
    kind: 'clip',
    slots: [],
    numbers: () => ({}),
    apply: (change) => ({
      ...change,
      gradients:
        value === undefined
          ? shortened(change.gradients, norm!)
          : change.gradients.map((gradient) => clip(gradient, -value, value)),
    }),
  };
}
