/** A mean over examples, and its standard error. */
export interface MeanOfExamples {
  readonly mean: number;
  readonly error: number;
}

export function meanOf(values: ArrayLike<number>): MeanOfExamples {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, all.length - 1) / all.length) };
}
