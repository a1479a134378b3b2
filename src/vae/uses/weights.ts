/** Sums over the importance weights of each example, relative to their largest. */
export interface WeightSums {
  /** The logarithm of the largest weight: [N]. */
  readonly peaks: Float64Array;
  /** The sum of the weights, of each example. */
  readonly totals: Float64Array;
  /** The sum of their squares. */
  readonly squares: Float64Array;
}

/** An estimate of log p(x) in nats, by importance weights. */
export interface LikelihoodEstimate {
  /** Mean over all examples. */
  readonly mean: number;
  /** Estimate for each example: [N]. */
  readonly values: Float32Array;
  /**
   * The standard error of the mean that comes from the draws alone, with the examples as they are; NaN for one draw.
   * It rests on an estimate of the weights' variance, and is too small where few draws count. The logarithm also
   * makes each value too low, by about half its squared error.
   */
  readonly error: number;
  /** Draws of equal weight that would tell as much of each example, (Σ w)² / Σ w² (Kong 1992): [N]. */
  readonly effectiveSamples: Float32Array;
}

/**
 * log (1/K) Σₖ wₖ of each example. The variance of its error is the variance of the mean weight over the squared mean
 * weight, by the delta method (Owen, "Monte Carlo theory, methods and examples", 2013, §9.2 and 9.3).
 * @param samples K
 */
export function estimateOf(
  { peaks, totals, squares }: WeightSums,
  samples: number,
): LikelihoodEstimate {
  const values = Float32Array.from(totals, (total, i) => peaks[i]! + Math.log(total / samples));
  const effectiveSamples = Float32Array.from(totals, (total, i) =>
    total > 0 ? total ** 2 / squares[i]! : 0,
  );
  const variance = effectiveSamples.reduce(
    (sum, effective) => sum + Math.max(0, samples / effective - 1) / (samples - 1),
    0,
  );
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    values,
    error: Math.sqrt(variance) / values.length,
    effectiveSamples,
  };
}

/** The sums of weights by their logarithms. @param logWeights [N · count], an example's side by side */
export function weightSums(logWeights: Float64Array, count: number): WeightSums {
  const rows = Array.from({ length: logWeights.length / count }, (_, i) =>
    logWeights.subarray(i * count, (i + 1) * count),
  );
  const peaks = Float64Array.from(rows, (row) => row.reduce((a, b) => Math.max(a, b), -Infinity));
  const sums = (power: number) =>
    Float64Array.from(rows, (row, i) =>
      row.reduce((sum, log) => sum + Math.exp(power * (log - peaks[i]!)), 0),
    );
  return { peaks, totals: sums(1), squares: sums(2) };
}
