/** The modes of a column that are told apart, at most. CTGAN takes ten, which are slower and no better. */
export const mostModes = 6;

/** The mode counts that are tried, in turn, until one more does not pay. */
const counts = [1, 2, 3, 4, 5, 6] as const;

/** Points that stand for a column's values. */
const mostPoints = 200;

/** Passes of the algorithm over the points, at most. */
const mostPasses = 50;

/** A pass that gains less a value, in nats, is the last. */
const leastGain = 1e-4;

/** The share of rows under which a mode is none. */
const leastWeight = 1e-3;

/** The log-weight of a mode that is not there: no logit of a decoder outweighs it. */
const none = -1e4;

/** Values as fewer points with weights, in their order. */
interface Points {
  readonly at: Float64Array;
  /** Rows that a point stands for. */
  readonly rows: Float64Array;
  readonly total: number;
}

interface Mode {
  weight: number;
  mean: number;
  deviation: number;
}

/** Means of neighbours in sorted order; each value by itself where few are different. */
function pointsOf(values: Float32Array): Points {
  const sorted = Float64Array.from(values).sort();
  const different: { at: number; rows: number }[] = [];
  for (const value of sorted) {
    const last = different.at(-1);
    if (last && last.at === value) last.rows += 1;
    else different.push({ at: value, rows: 1 });
  }
  const size = sorted.length / mostPoints;
  const points: { at: number; rows: number }[] = [];
  for (const { at, rows } of different) {
    const last = points.at(-1);
    const isOpen = different.length > mostPoints && last && last.rows + rows <= size;
    if (!isOpen) {
      points.push({ at, rows });
      continue;
    }
    last.at = (last.at * last.rows + at * rows) / (last.rows + rows);
    last.rows += rows;
  }
  return {
    at: Float64Array.from(points, ({ at }) => at),
    rows: Float64Array.from(points, ({ rows }) => rows),
    total: sorted.length,
  };
}

/** Modes at even shares of the rows. */
function begin({ at, rows, total }: Points, count: number, least: number): Mode[] {
  const modes = Array.from({ length: count }, () => ({ weight: 0, mean: 0, squares: 0 }));
  let seen = 0;
  for (let i = 0; i < at.length; i++) {
    const place = Math.min(count - 1, Math.floor(((seen + rows[i]! / 2) / total) * count));
    const mode = modes[place]!;
    mode.weight += rows[i]!;
    const before = at[i]! - mode.mean;
    mode.mean += (before * rows[i]!) / mode.weight;
    mode.squares += rows[i]! * before * (at[i]! - mode.mean);
    seen += rows[i]!;
  }
  return modes
    .filter(({ weight }) => weight > 0)
    .map(({ weight, mean, squares }) => ({
      weight: weight / total,
      mean,
      deviation: Math.max(least, Math.sqrt(squares / weight)),
    }));
}

/** One pass of expectation and maximization, which moves the modes. @returns log p a row, before it */
function pass({ at, rows, total }: Points, modes: readonly Mode[], least: number): number {
  const sums = modes.map(() => ({ rows: 0, mean: 0, squares: 0 }));
  const terms = new Float64Array(modes.length);
  const constants = modes.map(
    ({ weight, deviation }) => Math.log(weight) - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI),
  );
  let nats = 0;
  for (let i = 0; i < at.length; i++) {
    let peak = -Infinity;
    for (let k = 0; k < modes.length; k++) {
      const { mean, deviation } = modes[k]!;
      terms[k] = constants[k]! - 0.5 * ((at[i]! - mean) / deviation) ** 2;
      peak = Math.max(peak, terms[k]!);
    }
    let odds = 0;
    for (let k = 0; k < modes.length; k++) {
      terms[k] = Math.exp(terms[k]! - peak);
      odds += terms[k]!;
    }
    nats += rows[i]! * (peak + Math.log(odds));
    for (let k = 0; k < modes.length; k++) {
      const share = (rows[i]! * terms[k]!) / odds;
      const sum = sums[k]!;
      const before = at[i]! - sum.mean;
      sum.rows += share;
      if (sum.rows > 0) sum.mean += (before * share) / sum.rows;
      sum.squares += share * before * (at[i]! - sum.mean);
    }
  }
  for (const [k, mode] of modes.entries()) {
    const sum = sums[k]!;
    if (!(sum.rows > 1e-9)) {
      mode.weight = 1e-12;
      continue;
    }
    mode.weight = sum.rows / total;
    mode.mean = sum.mean;
    mode.deviation = Math.max(least, Math.sqrt(Math.max(0, sum.squares) / sum.rows));
  }
  return nats / total;
}

function fitted(points: Points, count: number, least: number): { modes: Mode[]; nats: number } {
  const modes = begin(points, count, least);
  let nats = -Infinity;
  for (let i = 0; i < mostPasses; i++) {
    const next = pass(points, modes, least);
    if (next - nats < leastGain) return { modes, nats: next };
    nats = next;
  }
  return { modes, nats };
}

/**
 * The modes of a column: a mixture of Gaussians by expectation and maximization (Dempster et al. 1977),
 * from one mode on until another pays no more by the Bayesian information criterion (Schwarz 1978).
 * @param values at least one; none is NaN
 * @param least the smallest deviation of a mode
 * @returns of `mostModes` modes each; missing ones have the weight 0
 */
export function fitModes(values: Float32Array, least: number) {
  const points = pointsOf(values);
  let best: { modes: Mode[]; cost: number } | undefined;
  let worse = 0;
  for (const count of counts) {
    if (count > points.at.length) break;
    const { modes, nats } = fitted(points, count, least);
    const cost = -2 * nats * points.total + (3 * count - 1) * Math.log(points.total);
    if (best && cost >= best.cost) {
      // One count may be an unlucky one.
      worse += 1;
      if (worse > 1) break;
      continue;
    }
    worse = 0;
    best = { modes, cost };
  }
  const modes = best!.modes.filter(({ weight }) => weight > leastWeight);
  const filled = <T>(of: (mode: Mode) => T, rest: T) =>
    Array.from({ length: mostModes }, (_, i) => (modes[i] ? of(modes[i]) : rest));
  return {
    logWeights: filled(({ weight }) => Math.log(weight), none),
    means: filled(({ mean }) => mean, modes[0]!.mean),
    deviations: filled(({ deviation }) => deviation, modes[0]!.deviation),
  };
}
