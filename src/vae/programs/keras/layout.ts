import { elementCount } from '../../../base/shape.js';
import { literal } from '../python.js';

/*
 * Keras has channels last. A value of the shape [channels, ...positions] in vaekit is [...positions, channels] in a
 * program of Keras; rows keep their order, so that a value is brought to channels first before it becomes a row.
 */

/** A shape of vaekit as Keras has it. */
export function keptLast([channels, ...positions]: readonly number[]): readonly number[] {
  return [...positions, channels!];
}

/** Tells whether channels first and channels last are not the same memory. */
const differs = ([channels, ...positions]: readonly number[]) =>
  channels !== 1 && elementCount(positions) !== 1;

const permuted = (order: readonly number[]) => `layers.Permute(${literal([...order])})`;

/** Layers that make a row, in vaekit's order, of a value of a shape. */
export function toRow(shape: readonly number[]): string[] {
  if (shape.length === 1) return [];
  const { length: rank } = shape;
  const first = permuted([rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)]);
  return [...(differs(shape) ? [first] : []), 'layers.Flatten()'];
}

/** Layers that make a value of another shape, which holds the same numbers in vaekit's order. */
export function toShape(before: readonly number[], after: readonly number[]): string[] {
  if (before.join() === after.join()) return [];
  if (after.length === 1) return toRow(before);
  const { length: rank } = after;
  const row = before.length > 1 && differs(before) ? toRow(before) : [];
  if (!differs(after)) return [...row, `layers.Reshape(${literal([...keptLast(after)])})`];
  const last = permuted([...Array.from({ length: rank - 1 }, (_, i) => i + 2), 1]);
  return [...row, `layers.Reshape(${literal([...after])})`, last];
}
