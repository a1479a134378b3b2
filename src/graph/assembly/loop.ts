import { type Bytes, i32, v128, vector } from '../kernel/wasm.js';
import { type Numbers, nodesOf, type Piece, remaking, type Stored } from './arrays.js';
import {
  type Address,
  bytes,
  combined,
  floats,
  getVector,
  integer,
  repeat,
  setVector,
} from './code.js';
import { isByFours } from './fuse.js';
import { combination, type Loop, type Root, readBy } from './units.js';

/** Local variables of a function, which units use again. */
export class Locals {
  /** Types of all of them, in their order. */
  readonly types: number[] = [];
  private readonly free = new Map<number, number[]>();
  private taken: number[] = [];

  private take(type: number): number {
    const local = this.free.get(type)?.pop() ?? this.types.push(type) - 1;
    this.taken.push(local);
    return local;
  }

  integer(): number {
    return this.take(i32);
  }

  vector(): number {
    return this.take(v128);
  }

  /** The variables of a unit are free for the next. */
  next(): void {
    for (const local of this.taken.toReversed()) {
      const type = this.types[local]!;
      this.free.set(type, [...(this.free.get(type) ?? []), local]);
    }
    this.taken = [];
  }
}

/** The last axis along which an array's numbers differ; −1 where they are one. */
const depthOf = ({ strides, shape }: Stored) =>
  strides.findLastIndex((stride, axis) => stride !== 0 && shape[axis] !== 1);

/** An array as the loop goes through it. */
interface Walk {
  readonly piece: Piece;
  readonly offset: number;
  /** Bytes from one number to the next, by axis. */
  readonly steps: readonly number[];
}

function walkOf({ piece, offset, strides }: Stored, rank: number): Walk {
  const steps = Array.from({ length: rank }, (_, axis) => (strides[axis] ?? 0) * piece.bytes);
  return { piece, offset, steps };
}

/** Roots with neighbouring axes as one, where all their arrays go through them alike. */
function flattened(roots: readonly Root[]): readonly Root[] {
  let current = roots;
  for (let axis = current[0]!.shape.length - 2; axis >= 0; axis--) {
    const size = current[0]!.shape[axis + 1]!;
    const isWhole = ({ strides }: Stored) => strides[axis] === size * strides[axis + 1]!;
    // Sums of sums lose fewer digits than one over all axes.
    const isCombined = ({ from, shape }: Root) => from <= axis + 1 && from < shape.length;
    const arrays = [...readBy({ kind: 'loop', roots: current }), ...current.map(({ to }) => to)];
    if (!current.some(isCombined) && arrays.every(isWhole)) current = withoutAxis(current, axis);
  }
  return current;
}

function withoutAxis(roots: readonly Root[], axis: number): Root[] {
  const joined = ({ shape, strides, ...rest }: Stored): Stored => ({
    ...rest,
    shape: shape.toSpliced(axis, 2, shape[axis]! * shape[axis + 1]!),
    strides: strides.toSpliced(axis, 1),
  });
  const remade = remaking(joined);
  return roots.map(({ shape, from, numbers, to, combining }) => ({
    combining,
    shape: shape.toSpliced(axis, 2, shape[axis]! * shape[axis + 1]!),
    from: from - 1,
    numbers: remade(numbers)!,
    to: joined(to),
  }));
}

/** Roots in which what is read from one place, or is one number, is one node. */
function unified(roots: readonly Root[]): Root[] {
  const known = new Map<string, Numbers>();
  const once = (key: string, node: Numbers) => {
    const first = known.get(key) ?? node;
    known.set(key, first);
    return first;
  };
  const remade = remaking(
    (each) => once(`${each.piece.address} ${each.offset} ${each.strides}`, each),
    undefined,
    (each) => once(Object.is(each.value, -0) ? '-0' : String(each.value), each),
  );
  return roots.map((root) => ({ ...root, numbers: remade(root.numbers)! }));
}

/** Ways of reading and writing at the innermost axis: four numbers at a time, or one. */
type Width = 'four' | 'one';

/** Writes the code of a loop. */
class LoopWriter {
  private readonly roots: readonly Root[];
  private readonly shape: readonly number[];
  private readonly nodes: readonly Numbers[];
  private readonly depths = new Map<Numbers, number>();
  private readonly variables = new Map<Numbers, number>();
  private readonly isByFours: boolean;

  constructor(
    loop: Loop,
    private readonly locals: Locals,
  ) {
    const roots = unified(flattened(loop.roots));
    const { shape } = roots[0]!;
    this.roots = roots;
    this.shape = shape;
    this.nodes = nodesOf(roots.map(({ numbers }) => numbers));
    this.isByFours = isByFours({ kind: 'loop', roots });
    for (const node of this.nodes) this.depths.set(node, this.depthOf(node));
  }

  private depthOf(node: Numbers): number {
    if (node.kind === 'same') return -1;
    if (node.kind === 'stored') return depthOf(node);
    return Math.max(-1, ...node.inputs.map((input) => this.depths.get(input)!));
  }

  write(): Bytes {
    const accumulators = this.roots.map(() => new Map<number, number>());
    return [...this.computed(-1, new Map(), 'one'), ...this.axis(0, new Map(), accumulators)];
  }

  /** Pointers of arrays, by the steps that they take. */
  private addressOf(
    { piece, offset, steps }: Walk,
    pointers: ReadonlyMap<string, number>,
  ): Address {
    return { pointer: pointers.get(String(steps)), bytes: piece.address + offset * piece.bytes };
  }

  private walks(): Walk[] {
    const stored = this.nodes.filter((node) => node.kind === 'stored');
    return [...stored, ...this.roots.map(({ to }) => to)].map((each) =>
      walkOf(each, this.shape.length),
    );
  }

  /** Code for an axis and all within it. @param outer pointers of the axes around */
  private axis(
    axis: number,
    outer: ReadonlyMap<string, number>,
    accumulators: readonly Map<number, number>[],
  ): Bytes {
    const { shape, roots } = this;
    if (axis === shape.length) return this.body(axis - 1, outer, 'one', accumulators);
    const isLast = axis === shape.length - 1;
    const moving = new Map(
      this.walks()
        .filter(({ steps }) => steps[axis] !== 0)
        .map(({ steps }) => [String(steps), steps[axis]!] as const),
    );
    const pointers = new Map(outer);
    const starts = [...moving.keys()].flatMap((key) => {
      const pointer = this.locals.integer();
      const code = integer.copy(pointer, outer.get(key));
      pointers.set(key, pointer);
      return code;
    });
    const sums = roots.flatMap((root, i) =>
      root.combining && root.from <= axis ? [{ root, i, own: this.locals.vector() }] : [],
    );
    for (const { i, own } of sums) accumulators[i]!.set(axis, own);
    const reset = sums.flatMap(({ root, own }) => [
      ...vector.number(combination[root.combining!].start),
      ...setVector(own),
    ]);
    const advance = (by: number) =>
      [...moving].flatMap(([key, step]) => integer.advance(pointers.get(key)!, by * step));
    const counter = this.locals.integer();
    const size = shape[axis]!;
    const inner = (width: Width): Bytes =>
      isLast
        ? this.body(axis, pointers, width, accumulators)
        : [...this.computed(axis, pointers, 'one'), ...this.axis(axis + 1, pointers, accumulators)];
    const fours = isLast && this.isByFours ? Math.floor(size / 4) : 0;
    const rest = size - 4 * fours;
    const byFours = fours > 0 ? repeat(fours, counter, [...inner('four'), ...advance(4)]) : [];
    // The first of the four is what single numbers add to.
    const folded = fours > 0 ? sums.flatMap(({ root, own }) => this.fold(root, own)) : [];
    const byOne = rest > 0 ? repeat(rest, counter, [...inner('one'), ...advance(1)]) : [];
    return [
      ...starts,
      ...reset,
      ...byFours,
      ...folded,
      ...byOne,
      ...sums.flatMap(({ root, i, own }) => this.finish(root, accumulators[i]!, own, axis, outer)),
    ];
  }

  private fold({ combining }: Root, own: number): Bytes {
    return combined(own, combination[combining!].operator);
  }

  /** Hands a combined number to the axis around, or puts it into memory. */
  private finish(
    root: Root,
    accumulators: ReadonlyMap<number, number>,
    own: number,
    axis: number,
    outer: ReadonlyMap<string, number>,
  ): Bytes {
    const { combining, from, to } = root;
    if (from === axis) {
      const address = this.addressOf(walkOf(to, this.shape.length), outer);
      return floats.putOne(address, getVector(own));
    }
    const around = accumulators.get(axis - 1)!;
    const { operator } = combination[combining!];
    return [...getVector(around), ...getVector(own), ...operator, ...setVector(around)];
  }

  /** Computes the nodes of a depth. */
  private computed(depth: number, pointers: ReadonlyMap<string, number>, width: Width): Bytes {
    return this.nodes
      .filter((node) => this.depths.get(node) === depth)
      .flatMap((node) => [
        ...this.codeOf(node, depth, pointers, width),
        ...setVector(this.variableOf(node)),
      ]);
  }

  private variableOf(node: Numbers): number {
    const local = this.variables.get(node) ?? this.locals.vector();
    this.variables.set(node, local);
    return local;
  }

  private codeOf(
    node: Numbers,
    depth: number,
    pointers: ReadonlyMap<string, number>,
    width: Width,
  ): Bytes {
    if (node.kind === 'same') return vector.number(node.value);
    if (node.kind === 'computed') {
      return node.code(node.inputs.map((input) => getVector(this.variableOf(input))));
    }
    const address = this.addressOf(walkOf(node, this.shape.length), pointers);
    const from = node.piece.bytes === 4 ? floats : bytes;
    const isInner = depth === this.shape.length - 1;
    return isInner && width === 'four' ? from.four(address) : from.spread(address);
  }

  /** The innermost code: nodes, what is combined, and what is put into memory. */
  private body(
    axis: number,
    pointers: ReadonlyMap<string, number>,
    width: Width,
    accumulators: readonly Map<number, number>[],
  ): Bytes {
    const nodes = axis >= 0 ? this.computed(axis, pointers, width) : [];
    const results = this.roots.flatMap((root, i) => {
      const value = getVector(this.variableOf(root.numbers));
      const own = accumulators[i]!.get(axis);
      if (own !== undefined) {
        const { operator } = combination[root.combining!];
        return [...getVector(own), ...value, ...operator, ...setVector(own)];
      }
      const put = width === 'four' ? floats.putFour : floats.putOne;
      return put(this.addressOf(walkOf(root.to, this.shape.length), pointers), value);
    });
    return [...nodes, ...results];
  }
}

/** The code of a loop. */
export function loopCode(loop: Loop, locals: Locals): Bytes {
  const code = new LoopWriter(loop, locals).write();
  locals.next();
  return code;
}
