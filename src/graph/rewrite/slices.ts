import { split } from '../operators/index.js';
import { operationsOf } from '../order.js';
import type { Operation, Value } from '../value.js';
import type { Rules } from './rewrite.js';
import { rowsTaken } from './spans.js';

/** Fewer slices than this are as quick by themselves. */
const fewestPieces = 3;

interface Piece {
  readonly whole: Value;
  readonly start: number;
  readonly end: number;
}

/** What a slice takes, where that can be a part of a split. */
function pieceOf(operation: Operation): Piece | undefined {
  const rows = rowsTaken(operation);
  if (!rows || rows.from.operation.outputs.length > 1) return undefined;
  const { from: whole, start, end } = rows;
  const [size] = whole.shape;
  const isPart = typeof size === 'number' && 0 <= start && start < end && end <= size;
  return isPart ? { whole, start, end } : undefined;
}

/** As many pieces as do not overlap, in their order. */
function apart(pieces: readonly Piece[]): Piece[] {
  const chosen: Piece[] = [];
  for (const piece of pieces.toSorted((a, b) => a.end - b.end)) {
    if (piece.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(piece);
  }
  return chosen;
}

/** Whether a split is quicker, though it copies what lies between too. */
function pays(pieces: readonly Piece[]): boolean {
  const copied = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  return pieces.length >= fewestPieces && 2 * copied >= (pieces[0]!.whole.shape[0] as number);
}

/** Slices of one value that do not overlap are the parts of one `Split`: one node in the place of many. */
export function pieceRules(values: readonly Value[]): Rules {
  const slices = new Map<Operation, Piece[]>();
  for (const operation of operationsOf(values)) {
    const piece = pieceOf(operation);
    if (!piece) continue;
    const of = piece.whole.operation;
    slices.set(of, [...(slices.get(of) ?? []), piece]);
  }
  const pieces = new Map(
    [...slices].map(([of, found]) => [of, apart(found)] as const).filter(([, each]) => pays(each)),
  );
  const splits = new Map<Operation, Map<number, Value>>();
  /** The parts of a value by where they begin. */
  const partsOf = (whole: Value, chosen: readonly Piece[]): Map<number, Value> => {
    const known = splits.get(whole.operation);
    if (known) return known;
    const borders = new Set(chosen.flatMap(({ start, end }) => [start, end]));
    const inOrder = [...borders.add(0).add(whole.shape[0] as number)].sort((a, b) => a - b);
    const sizes = inOrder.slice(1).map((end, i) => end - inOrder[i]!);
    const parts = split(whole, sizes, 0);
    const made = new Map(parts.map((part, i) => [inOrder[i]!, part]));
    splits.set(whole.operation, made);
    return made;
  };
  return {
    Slice: (operation) => {
      const piece = pieceOf(operation);
      const chosen = piece && pieces.get(piece.whole.operation);
      if (!piece || !chosen) return undefined;
      const isChosen = chosen.some(({ start, end }) => start === piece.start && end === piece.end);
      return isChosen ? [partsOf(piece.whole, chosen).get(piece.start)!] : undefined;
    },
  };
}
