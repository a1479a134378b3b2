import { elementCount, sameShape } from '../value.js';
import { type Numbers, remaking, reshaped, type Stored } from './arrays.js';
import { type Loop, type Root, readBy, type Unit, writtenBy } from './units.js';

/*
 * Loops over equally many numbers become one, where all that the later one reads is there before the first, or is
 * what the first has just computed at the same place: numbers are read once, and stay in registers.
 */

/** Counts of numbers behind the axes of a shape: places at which a loop over all of them can be cut. */
const cutsOf = (shape: readonly number[]) =>
  shape.flatMap((size, axis) => (size === 1 ? [] : [elementCount(shape.slice(axis))]));

/** The coarsest shape that can be cut as all of the roots are; undefined where there is none. */
function commonShape(roots: readonly Root[]): number[] | undefined {
  const cuts = [...new Set([1, ...roots.flatMap(({ shape }) => cutsOf(shape))])].sort(
    (a, b) => b - a,
  );
  const sizes = cuts.slice(0, -1).map((cut, i) => cut / cuts[i + 1]!);
  return sizes.every(Number.isInteger) ? sizes : undefined;
}

/** The same in a finer shape, which can be cut as that of the root. */
function refined(
  root: Root,
  shape: readonly number[],
  remade: (numbers: Numbers) => Numbers,
): Root {
  const inner = elementCount(root.shape.slice(root.from));
  const combines = root.combining !== undefined && inner > 1;
  const from = combines
    ? shape.findIndex((_, axis) => elementCount(shape.slice(axis)) === inner)
    : shape.length;
  return {
    shape,
    from,
    combining: combines ? root.combining : undefined,
    numbers: remade(root.numbers),
    to: reshaped(root.to, shape.slice(0, from))!,
  };
}

/** Tells whether an array is read where a root of the same loop has just put its numbers. */
function isPutBy(root: Root, stored: Stored): boolean {
  const { to, shape, from } = root;
  return (
    from === shape.length &&
    to.piece === stored.piece &&
    to.offset === stored.offset &&
    sameShape(to.strides, stored.strides)
  );
}

/** Tells whether a loop can go through four neighbours at a time. */
export function isByFours({ roots }: Loop): boolean {
  const { shape } = roots[0]!;
  const last = shape.length - 1;
  if (last < 0 || shape[last]! < 4) return false;
  const written = roots.flatMap(({ to, from }) => (from > last ? [to] : []));
  return (
    readBy({ kind: 'loop', roots }).every(
      ({ strides }) => strides[last]! === 0 || strides[last] === 1,
    ) && written.every(({ strides }) => strides[last] === 1)
  );
}

/** Roots as one loop, which goes through a shape that suits all. */
function together(roots: readonly Root[]): Loop | undefined {
  const shape = commonShape(roots);
  if (!shape) return undefined;
  const remade = remaking((stored) => reshaped(stored, shape), shape);
  return {
    kind: 'loop',
    roots: roots.map((root) => refined(root, shape, (each) => remade(each)!)),
  };
}

/**
 * Loops as one; undefined where the later cannot begin with the earlier.
 * @param isThere tells whether the earlier leaves an array alone
 */
function joined(
  earlier: Loop,
  later: Loop,
  isThere: (stored: Stored) => boolean,
): Loop | undefined {
  const [first, second] = [earlier, later].map(({ roots }) => elementCount(roots[0]!.shape));
  if (first !== second) return undefined;
  const one = together([...earlier.roots, ...later.roots]);
  if (!one || [earlier, later].some((loop) => isByFours(loop) !== isByFours(one))) return undefined;
  const before = one.roots.slice(0, earlier.roots.length);
  const after = one.roots.slice(earlier.roots.length);
  const put = remaking((stored) => {
    const source = before.find((root) => isPutBy(root, stored));
    return source?.numbers ?? (isThere(stored) ? stored : undefined);
  });
  const own = after.map((root) => ({ ...root, numbers: put(root.numbers) }));
  const isReady = (root: (typeof own)[number]): root is Root => root.numbers !== undefined;
  return own.every(isReady) ? { kind: 'loop', roots: [...before, ...own] } : undefined;
}

/** Units with loops brought together. */
export function fused(units: readonly Unit[]): Unit[] {
  const done: Unit[] = [];
  for (const given of units) {
    const unit = given.kind === 'loop' ? together(given.roots)! : given;
    const place = unit.kind === 'loop' ? placeFor(unit, done) : undefined;
    if (place) done[place.index] = place.loop;
    else done.push(unit);
  }
  return done;
}

function placeFor(unit: Loop, done: readonly Unit[]) {
  const pieces = new Set(readBy(unit).map(({ piece }) => piece));
  for (let index = done.length - 1; index >= 0; index--) {
    const earlier = done[index]!;
    const writes = new Set(writtenBy(earlier).map(({ piece }) => piece));
    if (earlier.kind === 'loop') {
      const loop = joined(earlier, unit, ({ piece }) => !writes.has(piece));
      if (loop) return { index, loop };
    }
    // Nothing moves before what it needs.
    if ([...pieces].some((piece) => writes.has(piece))) return undefined;
  }
  return undefined;
}
