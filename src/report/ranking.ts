/** Measures how well scores tell positives from negatives. */
export interface Ranking {
  /** The area under the curve of true positives by false positives: 1 is perfect, ½ is chance. */
  readonly areaUnderRoc: number;
  /** The precision at each positive, averaged; by chance the share of positives. */
  readonly averagePrecision: number;
}

/** Positives and negatives of one score. */
interface Level {
  positives: number;
  negatives: number;
}

/** Counts at each score, from the highest; scores that are equal belong together. */
function levelsOf(scores: ArrayLike<number>, isPositive: (index: number) => boolean): Level[] {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || 0);
  const levels: Level[] = [];
  let last: number | undefined;
  for (const index of order) {
    if (scores[index] !== last) levels.push({ positives: 0, negatives: 0 });
    last = scores[index];
    levels.at(-1)![isPositive(index) ? 'positives' : 'negatives']++;
  }
  return levels;
}

/**
 * Judges scores that should be higher for positives, as scikit-learn's `roc_auc_score` and
 * `average_precision_score` do: thresholds are the scores themselves, so that ties count alike. The area is by the
 * trapezoid rule, the average precision Σ (Rₙ − Rₙ₋₁) Pₙ over recall R and precision P.
 * @returns NaN for both where all are positive, or none is
 */
export function judgeRanking(
  scores: ArrayLike<number>,
  isPositive: (index: number) => boolean,
): Ranking {
  const levels = levelsOf(scores, isPositive);
  let [positives, negatives, area, precision] = [0, 0, 0, 0];
  for (const level of levels) {
    area += level.negatives * (positives + level.positives / 2);
    positives += level.positives;
    negatives += level.negatives;
    precision += level.positives * (positives / (positives + negatives));
  }
  const isBoth = positives > 0 && negatives > 0;
  return {
    areaUnderRoc: isBoth ? area / (positives * negatives) : Number.NaN,
    averagePrecision: isBoth ? precision / positives : Number.NaN,
  };
}
