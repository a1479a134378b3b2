import { type Feature, trainForest } from '../../../data/quality/forest.js';
import { type Factored, mean, trainAndTest } from './factored.js';

/** Scores for how well codes are separated, whole, and telling. Each from 0 to 1, where 1 is best. */
export interface Dci {
  /** Score for how little each latent tells of more than one factor, by how much it tells in all. */
  readonly disentanglement: number;
  /** Score for how little each factor is told by more than one latent. */
  readonly completeness: number;
  /** Rate at which the level of a factor is told by all latents, on examples that were not learnt from. */
  readonly informativeness: number;
}

/** Levels of a latent that a forest sees: as many values of each. */
const quantiles = 128;

/** A latent's values by their places among sorted ones, in so many parts. */
function featureOf(code: Float32Array, sorted: Float32Array): Feature {
  const edges = Float32Array.from(
    { length: quantiles - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / quantiles)]!,
  );
  const codes = Uint16Array.from(code, (value) => {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  });
  return { codes, levels: quantiles, ordered: true };
}

/** 1 minus the entropy of shares, by the logarithm to the base of their number; 1 where there is one alone. */
function certainty(given: readonly number[]): number {
  if (given.length === 1) return 1;
  // disentanglement_lib does the same, so that nothing is divided by 0.
  const values = given.map((value) => value + 1e-11);
  const whole = values.reduce((a, b) => a + b, 0);
  const entropy = values.reduce((sum, value) => sum - (value / whole) * Math.log(value / whole), 0);
  return 1 - entropy / Math.log(given.length);
}

/** Means of certainties by how much each counts, and all alike where none does. */
function weighted(rows: readonly (readonly number[])[]): number {
  const weights = rows.map((row) => row.reduce((a, b) => a + b, 0));
  const whole = weights.reduce((a, b) => a + b, 0);
  return rows.reduce(
    (sum, row, i) =>
      sum + (certainty(row) * (whole > 0 ? weights[i]! : 1)) / (whole || rows.length),
    0,
  );
}

/**
 * Disentanglement and completeness of importances (Eastwood and Williams 2018, eq. 2 and 3).
 * @param importances by latent and factor
 */
export function dciOf(importances: readonly (readonly number[])[]): Omit<Dci, 'informativeness'> {
  const factors = importances[0]!.map((_, k) => importances.map((row) => row[k]!));
  return { disentanglement: weighted(importances), completeness: weighted(factors) };
}

/**
 * Disentanglement, completeness and informativeness (Eastwood and Williams 2018,
 * https://openreview.net/forum?id=By-7dz-AZ) by random forests, as in the paper: one for each factor, and the
 * importance of a latent is how much its splits purify. disentanglement_lib takes boosted trees, whose
 * importances differ.
 * @param seed decides the forests, and which examples they learn from
 */
export async function dciScore(factored: Factored, seed = 0): Promise<Dci> {
  const { train, test } = trainAndTest(factored, seed);
  const sorted = train.codes.map((code) => code.slice().sort());
  const [learnt, tested] = [train, test].map(({ codes }) =>
    codes.map((code, j) => featureOf(code, sorted[j]!)),
  ) as [Feature[], Feature[]];
  const importances: number[][] = learnt.map(() => []);
  const told: number[] = [];
  for (const [k, level] of train.levels.entries()) {
    const classes = Math.max(...level, ...test.levels[k]!) + 1;
    const target = { values: Float32Array.from(level), classes };
    const forest = await trainForest(learnt, target, seed + k, async () => {});
    forest.importances.forEach((importance, j) => {
      importances[j]!.push(importance);
    });
    const shares = forest.predict(tested);
    const right = test.levels[k]!.filter((kind, i) => {
      const own = shares.subarray(i * classes, (i + 1) * classes);
      return own.indexOf(own.reduce((a, b) => Math.max(a, b))) === kind;
    });
    told.push(right.length / test.count);
  }
  return { ...dciOf(importances), informativeness: mean(told) };
}
