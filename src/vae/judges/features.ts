import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';

/** Rows of numbers that stand for examples: [N, features]. */
export interface Features {
  readonly count: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** @throws UserError when two sets of features cannot be compared */
export function comparable(
  given: readonly [Tensor, Tensor],
  least: number,
): readonly [Features, Features] {
  const [a, b] = given.map(({ data, dims }, i) => {
    if (dims.length !== 2 || !(data instanceof Float32Array)) {
      throw new UserError(
        `Features must be float32 [N, features], not ${dims.length === 2 ? 'of another type' : `[${dims.join(', ')}]`}. Flatten them first.`,
      );
    }
    const [count, width] = dims as readonly [number, number];
    if (count < least) {
      throw new UserError(
        `The ${i === 0 ? 'first' : 'second'} features are of ${count} examples, but ${least} or more are needed. Give more.`,
      );
    }
    return { count, width, data };
  }) as [Features, Features];
  if (a.width !== b.width) {
    throw new UserError(
      `There are ${a.width} features of the first examples and ${b.width} of the second. Compare features of one model.`,
    );
  }
  return [a, b];
}

/** Row `i`, as a view. */
export function rowAt({ data, width }: Features, i: number): Float32Array {
  return data.subarray(i * width, (i + 1) * width);
}
