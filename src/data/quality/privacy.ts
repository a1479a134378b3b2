import { permutation, randomStream } from '../../base/random.js';
import { closestDistances, randomRows } from './distance.js';
import { type QualityRows, rowCount, rowsAt } from './rows.js';

/** Rows that were compared: of each kind equally many, chosen at random so many times. */
export interface Draws {
  readonly rows: number;
  readonly draws: number;
}

/** Score for how far synthetic rows are from real ones, beside rows of random values. */
export interface BaselineProtection {
  readonly metric: 'DCRBaselineProtection';
  /** The median distance of synthetic rows over the random rows', at most 1; null where the latter is 0. */
  readonly score: number | null;
  /** Medians of the distance to the closest real row, from 0 to 1. */
  readonly synthetic: number;
  readonly random: number;
  /** Left out where all rows were compared. */
  readonly sampled?: Draws;
}

/** Tells whether synthetic rows are closer to the rows of training than to rows that were held out. */
export interface OverfittingProtection {
  readonly metric: 'DCROverfittingProtection';
  /** 1 where no more than half are closer to rows of training, 0 where all are. */
  readonly score: number;
  /** The share of synthetic rows that are closer to a row of training than to any held-out row. */
  readonly closerToTraining: number;
  /** Left out where all rows were compared. */
  readonly sampled?: Draws;
}

/** Distances to the closest record (DCR). */
export interface Privacy {
  readonly baseline: BaselineProtection;
  /** Left out where no rows were held out. */
  readonly overfitting?: OverfittingProtection;
}

/** Comparisons of two rows that a measure makes at most: about a second's work. */
const mostComparisons = 5e6;

/** Number of times that rows are chosen where not all can be compared. */
const draws = 5;

const median = (values: Float64Array): number => {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Medians of distances to real rows: of synthetic rows, and of as many random ones. */
export async function baselineProtection(
  { columns, real, synthetic }: QualityRows,
  random: Float32Array,
  pace: () => Promise<void>,
): Promise<BaselineProtection> {
  const medianOf = async (rows: Float32Array) =>
    median(await closestDistances(columns, rows, real, pace));
  const [own, other] = [await medianOf(synthetic), await medianOf(random)];
  return {
    metric: 'DCRBaselineProtection',
    score: other === 0 ? null : Math.min(own / other, 1),
    synthetic: own,
    random: other,
  };
}

/** The share of synthetic rows that are closer to rows of training than to held-out ones. */
export async function overfittingProtection(
  { columns, real, synthetic }: QualityRows,
  heldOut: Float32Array,
  pace: () => Promise<void>,
): Promise<OverfittingProtection> {
  const toReal = await closestDistances(columns, synthetic, real, pace);
  const toHeldOut = await closestDistances(columns, synthetic, heldOut, pace);
  const closer = toReal.reduce((sum, distance, i) => sum + (distance < toHeldOut[i]! ? 1 : 0), 0);
  const closerToTraining = closer / toReal.length;
  const score = Math.min(2 * (1 - closerToTraining), 1);
  return { metric: 'DCROverfittingProtection', score, closerToTraining };
}

/** Chooses so many real and so many synthetic rows at random. */
const chosenOf = (
  { columns, real, synthetic }: QualityRows,
  count: number,
  some: ReturnType<typeof chooser>,
): QualityRows => ({
  columns,
  real: some('real', real, count),
  synthetic: some('synthetic', synthetic, count),
});

/** Chooses rows at random, none twice. @param draw which choice of them */
function chooser(width: number, seed: number, draw: number) {
  return (name: string, rows: Float32Array, count: number): Float32Array => {
    const size = rows.length / width;
    if (count >= size) return rows;
    const places = permutation(randomStream(seed, name, draw), size).subarray(0, count);
    return rowsAt(rows, width, places);
  };
}

async function baselineOf(rows: QualityRows, seed: number, pace: () => Promise<void>) {
  const { columns, real, synthetic } = rows;
  const [inReal, inSynthetic] = [rowCount(real, columns), rowCount(synthetic, columns)];
  const random = randomRows(columns, real, inSynthetic, seed);
  if (inReal * inSynthetic <= mostComparisons) return baselineProtection(rows, random, pace);
  const count = Math.floor(Math.sqrt(mostComparisons / draws));
  const found: BaselineProtection[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const some = chooser(columns.length, seed, draw);
    const chosen = chosenOf(rows, count, some);
    found.push(await baselineProtection(chosen, some('random', random, count), pace));
  }
  const scores = found.flatMap(({ score }) => score ?? []);
  return {
    metric: 'DCRBaselineProtection',
    score: scores.length < draws ? null : mean(scores),
    synthetic: mean(found.map((each) => each.synthetic)),
    random: mean(found.map((each) => each.random)),
    sampled: { rows: count, draws },
  } as const;
}

async function overfittingOf(
  rows: QualityRows & { readonly heldOut: Float32Array },
  seed: number,
  pace: () => Promise<void>,
): Promise<OverfittingProtection> {
  const { columns, real, synthetic, heldOut } = rows;
  const sizes = [real, synthetic, heldOut].map((values) => rowCount(values, columns));
  const count = Math.min(...sizes, Math.floor(Math.sqrt(mostComparisons / draws)));
  const found: OverfittingProtection[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const some = chooser(columns.length, seed, draw);
    const chosen = chosenOf(rows, count, some);
    found.push(await overfittingProtection(chosen, some('held out', heldOut, count), pace));
  }
  return {
    metric: 'DCROverfittingProtection',
    score: mean(found.map(({ score }) => score)),
    closerToTraining: mean(found.map(({ closerToTraining }) => closerToTraining)),
    sampled: { rows: count, draws },
  };
}

/**
 * DCRBaselineProtection and, with held-out rows, DCROverfittingProtection of SDMetrics.
 *
 * Where rows are too many, some of each kind are chosen at random, five times, and the results
 * averaged, as SDMetrics does when asked to. With held-out rows this is always done: the rows of
 * training are more, and would be closer by their number alone.
 */
export async function privacyOf(
  rows: QualityRows,
  seed: number,
  pace: () => Promise<void>,
): Promise<Privacy> {
  const baseline = await baselineOf(rows, seed, pace);
  const { heldOut } = rows;
  if (!heldOut) return { baseline };
  return { baseline, overfitting: await overfittingOf({ ...rows, heldOut }, seed, pace) };
}
