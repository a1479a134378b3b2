/**
 * Values as their exponential moving averages, without the pull of the first ones towards 0 (Kingma and
 * Ba 2015, §3, https://arxiv.org/abs/1412.6980), as TensorBoard smooths curves.
 * @param weight of the average so far, from 0 to below 1
 */
export function smoothed(
  values: readonly (number | null)[],
  weight: number,
): readonly (number | null)[] {
  let [sum, weights] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    weights = weight * weights + (1 - weight);
    return sum / weights;
  });
}
