import { split } from '../operators/index.js';
import { operationsOf } from '../order.js';
import type { Operation, Value } from '../value.js';
import type { Rules } from './rewrite.js';
import { rowsTaken } from './spans.js';

/** Fewer slices than this are as quick by themselves. */
const fewestSlices = 3;

interface RowRange {
  readonly whole: Value;
  readonly start: number;
  readonly end: number;
}

/** The rows that a slice takes, where they can be an output of a split. */
function rangeOf(operation: Operation): RowRange | undefined {
  const rows = rowsTaken(operation);
  if (!rows || rows.from.operation.outputs.length > 1) return undefined;
  const { from: whole, start, end } = rows;
  const [size] = whole.shape;
  const isInside = typeof size === 'number' && 0 <= start && start < end && end <= size;
  return isInside ? { whole, start, end } : undefined;
}

/** Picks as many ranges as do not overlap, in their order. */
function apart(ranges: readonly RowRange[]): RowRange[] {
  const chosen: RowRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.end - b.end)) {
    if (range.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(range);
  }
  return chosen;
}

/** Tells whether a split is quicker, though it copies the rows between too. */
function pays(ranges: readonly RowRange[]): boolean {
  const copied = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return ranges.length >= fewestSlices && 2 * copied >= (ranges[0]!.whole.shape[0] as number);
}

/** Makes slices of one value that do not overlap outputs of one `Split`: one node for many. */
export function sliceRules(values: readonly Value[]): Rules {
  const slices = new Map<Operation, RowRange[]>();
  for (const operation of operationsOf(values)) {
    const range = rangeOf(operation);
    if (!range) continue;
    const of = range.whole.operation;
    slices.set(of, [...(slices.get(of) ?? []), range]);
  }
  const ranges = new Map(
    [...slices].map(([of, found]) => [of, apart(found)] as const).filter(([, each]) => pays(each)),
  );
  const splits = new Map<Operation, Map<number, Value>>();
  /** The outputs of a value's split by their first rows. */
  const splitOf = (whole: Value, chosen: readonly RowRange[]): Map<number, Value> => {
    const known = splits.get(whole.operation);
    if (known) return known;
    const borders = new Set(chosen.flatMap(({ start, end }) => [start, end]));
    const inOrder = [...borders.add(0).add(whole.shape[0] as number)].sort((a, b) => a - b);
    const sizes = inOrder.slice(1).map((end, i) => end - inOrder[i]!);
    const made = new Map(split(whole, sizes, 0).map((each, i) => [inOrder[i]!, each]));
    splits.set(whole.operation, made);
    return made;
  };
  return {
    Slice: (operation) => {
      const range = rangeOf(operation);
      const chosen = range && ranges.get(range.whole.operation);
      if (!range || !chosen) return undefined;
      const isChosen = chosen.some(({ start, end }) => start === range.start && end === range.end);
      return isChosen ? [splitOf(range.whole, chosen).get(range.start)!] : undefined;
    },
  };
}
