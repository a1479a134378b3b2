import type { Bytes } from '../kernel/wasm.js';
import { elementCount } from '../value.js';

/** A piece of a step's memory: float32 numbers, or bytes that are read as such. */
export class Piece {
  /** Where it begins, in bytes; set once all pieces are known. */
  address = 0;

  constructor(
    readonly count: number,
    readonly bytes: 1 | 4 = 4,
  ) {}
}

/** Numbers in memory, by the distance of neighbours along each axis. */
export interface Stored {
  readonly kind: 'stored';
  readonly piece: Piece;
  /** Numbers before the first. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Numbers from one to the next, by axis; 0 where it is the same one. */
  readonly strides: readonly number[];
}

/** Numbers that are computed where they are used, each from those at its place in the inputs. */
export interface Computed {
  readonly kind: 'computed';
  readonly shape: readonly number[];
  readonly inputs: readonly Numbers[];
  readonly code: (inputs: readonly Bytes[]) => Bytes;
}

/** One number, at all places of any shape. */
export interface Same {
  readonly kind: 'same';
  readonly value: number;
}

export type Numbers = Stored | Computed | Same;

/** Distances in an array whose numbers follow one another, the last axis first. */
function denseStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** A whole piece as an array. */
export function whole(piece: Piece, shape: readonly number[]): Stored {
  return { kind: 'stored', piece, offset: 0, shape, strides: denseStrides(shape) };
}

/** Tells whether numbers follow one another. */
export function isDense({ shape, strides }: Stored): boolean {
  const dense = denseStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === dense[axis]);
}

/** The same numbers in another shape, where they lie; undefined where no distances give it. */
export function reshaped(given: Stored, shape: readonly number[]): Stored | undefined {
  const axes = given.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const strides: number[] = [];
  let size = 1;
  let stride = 0;
  // Takes axes from the last on; those that one new axis joins must follow one another.
  for (const wanted of shape.toReversed()) {
    let left = wanted;
    if (left === 1) {
      strides.unshift(0);
      continue;
    }
    if (size === 1) {
      const axis = axes.pop()!;
      size = given.shape[axis]!;
      stride = given.strides[axis]!;
    }
    strides.unshift(stride);
    while (left > size) {
      if (left % size !== 0) return undefined;
      left /= size;
      const axis = axes.pop()!;
      if (given.strides[axis] !== size * stride) return undefined;
      stride *= size;
      size = given.shape[axis]!;
    }
    if (size % left !== 0) return undefined;
    size /= left;
    stride *= left;
  }
  return { ...given, shape, strides };
}

/** The axes in another order. */
export function turned(given: Stored, order: readonly number[]): Stored {
  const { shape, strides } = given;
  return {
    ...given,
    shape: order.map((axis) => shape[axis]!),
    strides: order.map((axis) => strides[axis]!),
  };
}

/** So many numbers along an axis, from a place on, every few. */
export function cut(given: Stored, axis: number, start: number, size: number, step = 1): Stored {
  const { shape, strides, offset } = given;
  return {
    ...given,
    offset: offset + start * strides[axis]!,
    shape: shape.with(axis, size),
    strides: strides.with(axis, step * strides[axis]!),
  };
}

/** The numbers again and again along new axes in front, and along those of size 1. */
export function spread(given: Stored, shape: readonly number[]): Stored {
  const front = shape.length - given.shape.length;
  const strides = shape.map((_, axis) => {
    const own = axis - front;
    return own < 0 || given.shape[own] === 1 ? 0 : given.strides[own]!;
  });
  return { ...given, shape, strides };
}

/** A change of stored numbers' places; undefined where it needs a copy. */
export type Change = (stored: Stored) => Stored | undefined;

/**
 * Makes numbers anew from others, each node once.
 * @param stored gives what takes the place of an array; undefined where nothing can
 * @param shape of the new numbers, where it is another one
 * @param same gives what takes the place of one number
 * @returns what makes them; undefined where an array has nothing in its place
 */
export function remaking(
  stored: (each: Stored) => Numbers | undefined,
  shape?: readonly number[],
  same: (each: Same) => Numbers = (each) => each,
) {
  const done = new Map<Numbers, Numbers | undefined>();
  const made = (each: Numbers): Numbers | undefined => {
    if (each.kind === 'same') return same(each);
    if (each.kind === 'stored') return stored(each);
    const inputs = each.inputs.map((input) => done.get(input));
    const isWhole = inputs.every((input) => input !== undefined);
    return isWhole ? { ...each, shape: shape ?? each.shape, inputs } : undefined;
  };
  return (numbers: Numbers): Numbers | undefined => {
    for (const node of nodesOf([numbers])) if (!done.has(node)) done.set(node, made(node));
    return done.get(numbers);
  };
}

/** The nodes that numbers are made of, each once and after all that it needs. */
export function nodesOf(roots: readonly Numbers[]): Numbers[] {
  const order = new Set<Numbers>();
  const begun = new Set<Numbers>();
  const waiting = roots.toReversed();
  for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
    if (node.kind === 'computed' && !begun.has(node)) {
      begun.add(node);
      waiting.push(...node.inputs.toReversed());
    } else {
      order.add(node);
      waiting.pop();
    }
  }
  return [...order];
}
