/** Mean and standard deviation of values; the deviation of values that are all the same is 1. */
export function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  let [mean, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const before = values[i]! - mean;
    mean += before / (i + 1);
    squares += before * (values[i]! - mean);
  }
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}
