import { Piece, type Stored } from './arrays.js';
import { readBy, type Unit, writtenBy } from './units.js';

/** Pieces begin at lines of the processor's caches. */
const line = 64;

const bytesOf = ({ count, bytes }: Piece) => line * Math.ceil((count * bytes) / line);

/** Places pieces in memory: those that stay first, then others while they are needed. */
export function placed(staying: readonly Piece[], units: readonly Unit[]): number {
  let end = 0;
  const append = (piece: Piece) => {
    piece.address = end;
    end += bytesOf(piece);
  };
  const stays = new Set(staying);
  for (const piece of stays) append(piece);
  const lastUse = new Map<Piece, number>();
  const touched = units.map((unit) => {
    const arrays = [...readBy(unit), ...writtenBy(unit)];
    return [...new Set(arrays.map(({ piece }) => piece))].filter((piece) => !stays.has(piece));
  });
  for (const [i, pieces] of touched.entries()) for (const piece of pieces) lastUse.set(piece, i);
  let free: { readonly address: number; readonly size: number }[] = [];
  const known = new Set<Piece>();
  for (const [i, pieces] of touched.entries()) {
    for (const piece of pieces) {
      if (known.has(piece)) continue;
      known.add(piece);
      const size = bytesOf(piece);
      const fit = free.filter((each) => each.size >= size).sort((a, b) => a.size - b.size)[0];
      if (!fit) {
        append(piece);
        continue;
      }
      piece.address = fit.address;
      const rest = { address: fit.address + size, size: fit.size - size };
      free = [...free.filter((each) => each !== fit), ...(rest.size > 0 ? [rest] : [])];
    }
    const done = pieces.filter((piece) => lastUse.get(piece) === i);
    free.push(...done.map((piece) => ({ address: piece.address, size: bytesOf(piece) })));
  }
  return end;
}

/** Tells whether the last unit that touches a state can put its next value in its place. */
function canReplace(state: Piece, next: Stored, units: readonly Unit[]): boolean {
  const writers = units.filter((unit) => writtenBy(unit).some(({ piece }) => piece === next.piece));
  const [writer] = writers;
  if (writers.length !== 1 || writer!.kind !== 'loop') return false;
  const roots = writer!.roots.filter(({ to }) => to.piece === next.piece);
  if (roots.length !== 1 || roots[0]!.from !== roots[0]!.shape.length) return false;
  const { to } = roots[0]!;
  const after = units.slice(units.indexOf(writer!) + 1);
  const reads = readBy(writer!).filter(({ piece }) => piece === state);
  const isHere = ({ offset, strides }: Stored) =>
    offset === to.offset && strides.every((stride, axis) => stride === to.strides[axis]);
  return (
    reads.every(isHere) && !after.some((unit) => readBy(unit).some(({ piece }) => piece === state))
  );
}

/** Units without loops' results that nothing reads. */
export function needed(units: readonly Unit[], results: ReadonlySet<Piece>): Unit[] {
  const read = new Set(units.flatMap(readBy).map(({ piece }) => piece));
  const isNeeded = ({ piece }: Stored) => read.has(piece) || results.has(piece);
  return units.flatMap((unit): Unit[] => {
    if (unit.kind === 'product') return [unit];
    const roots = unit.roots.filter(({ to }) => isNeeded(to));
    return roots.length > 0 ? [{ ...unit, roots }] : [];
  });
}

/** Units with one piece in the place of another. */
function replaced(units: readonly Unit[], pieces: ReadonlyMap<Piece, Piece>): Unit[] {
  const done = new Map<unknown, unknown>();
  const visit = <T>(node: T): T => {
    if (node instanceof Piece) return (pieces.get(node) ?? node) as T;
    if (typeof node !== 'object' || node === null || ArrayBuffer.isView(node)) return node;
    if (!done.has(node)) {
      done.set(
        node,
        Array.isArray(node)
          ? node.map(visit)
          : Object.fromEntries(Object.entries(node).map(([key, each]) => [key, visit(each)])),
      );
    }
    return done.get(node) as T;
  };
  return units.map(visit);
}

/** A state and the place of its next value. */
export interface Change {
  readonly state: Piece;
  readonly next: Stored;
}

/** Bytes to be copied at the end of a step. */
export interface Copy {
  readonly from: Piece;
  readonly to: Piece;
}

/** Units that put next states where states lie, as far as they can, and copies of all others. */
export function inPlace(given: readonly Unit[], changes: readonly Change[]) {
  const pieces = new Map<Piece, Piece>();
  const copied: Change[] = [];
  for (const change of changes) {
    const { state, next } = change;
    if (!pieces.has(next.piece) && canReplace(state, next, given)) pieces.set(next.piece, state);
    else copied.push(change);
  }
  const pieceOf = (piece: Piece) => pieces.get(piece) ?? piece;
  const copies = copied.map(({ state, next }): Copy => ({ from: pieceOf(next.piece), to: state }));
  return { units: replaced(given, pieces), copies, pieceOf };
}
