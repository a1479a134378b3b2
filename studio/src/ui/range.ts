type Column = ArrayLike<number | null | undefined>;

export interface Range {
  readonly low: number;
  readonly high: number;
  /** Tells whether some values lie outside. */
  readonly isCut: boolean;
}

/** The share of x after which values have settled, and of these the share that counts on each side. */
const settledShare = 0.1;
const tail = 0.01;

/** A range is cut where values reach more than this many times as far as the settled ones. */
const farTimes = 4;

const fewestValues = 5;

/**
 * The range of an axis for values over x. The first tenth of a training mostly lies far from the rest,
 * as single spikes do, and would press it flat: then the axis is about the rest, and they run out of it.
 * Pictures of runs are cut by the same rule.
 * @returns undefined when there is no value
 */
export function robustRange(x: Column, columns: readonly Column[]): Range | undefined {
  const from = settledShare * (x[x.length - 1] ?? 0);
  const [all, settled]: [number[], number[]] = [[], []];
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i];
      if (value == null) continue;
      all.push(value);
      if (x[i]! >= from) settled.push(value);
    }
  }
  if (all.length === 0) return undefined;
  const whole = boundsOf(all, 0);
  if (settled.length >= fewestValues) {
    const inner = boundsOf(settled, tail);
    const range = padded(inner, 0.15);
    if (whole.high - whole.low > farTimes * (inner.high - inner.low)) {
      // Goes no further than the values themselves: a gap without any tells nothing.
      const [low, high] = [Math.max(range.low, padded(whole, 0.05).low), range.high];
      return { low, high, isCut: whole.low < low || whole.high > high };
    }
  }
  return { ...padded(whole, 0.05), isCut: false };
}

/** The range of all values; of a logarithmic axis, of values above 0. */
export function wholeRange(columns: readonly Column[], log = false): Range | undefined {
  const all = columns.flatMap((column) =>
    Array.from(column).filter((value): value is number => value != null && (!log || value > 0)),
  );
  if (all.length === 0) return undefined;
  const bounds = boundsOf(all, 0);
  return { ...(log ? bounds : padded(bounds, 0.05)), isCut: false };
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Bounds of values without a share of them on each side. */
function boundsOf(values: number[], share: number): Bounds {
  const sorted = Float64Array.from(values).sort();
  const skipped = Math.round(share * (sorted.length - 1));
  return { low: sorted[skipped]!, high: sorted[sorted.length - 1 - skipped]! };
}

function padded({ low, high }: Bounds, share: number): Bounds {
  const padding = share * (high - low || Math.abs(high) || 1);
  return { low: low - padding, high: high + padding };
}
