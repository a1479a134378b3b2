import { vector } from '../kernel/wasm.js';
import { type Numbers, nodesOf, type Stored } from './arrays.js';

/** Operators that combine numbers along axes: each an instruction for two, and the number to begin with. */
export const combination = {
  ReduceSum: { operator: vector.add, start: 0 },
  ReduceProd: { operator: vector.multiply, start: 1 },
  ReduceMax: { operator: vector.larger, start: -Infinity },
  ReduceMin: { operator: vector.smaller, start: Infinity },
};

export type Combining = keyof typeof combination;

/** Numbers that a loop puts into memory, or combines along its last axes first. */
export interface Root {
  readonly numbers: Numbers;
  /** The shape that the loop goes through. */
  readonly shape: readonly number[];
  /** The first axis that is combined; their number where none is. */
  readonly from: number;
  readonly combining: Combining | undefined;
  /** The place of results: of the axes before `from`. */
  readonly to: Stored;
}

/** One loop over arrays of equally many numbers. */
export interface Loop {
  readonly kind: 'loop';
  readonly roots: readonly Root[];
}

/** A product of matrices, [n, k] · [k, m] times a factor, and another one added. */
export interface Product {
  readonly kind: 'product';
  readonly a: Stored;
  readonly b: Stored;
  readonly c: Stored | undefined;
  readonly factor: number;
  readonly to: Stored;
}

export type Unit = Loop | Product;

/** The arrays that a unit reads. */
export function readBy(unit: Unit): Stored[] {
  if (unit.kind === 'product') return [unit.a, unit.b, ...(unit.c ? [unit.c] : [])];
  return nodesOf(unit.roots.map(({ numbers }) => numbers)).filter((node) => node.kind === 'stored');
}

/** The arrays that a unit writes. */
export function writtenBy(unit: Unit): Stored[] {
  return unit.kind === 'product' ? [unit.to] : unit.roots.map(({ to }) => to);
}
