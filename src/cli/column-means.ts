import type { Tensor } from 'onnxruntime-common';
import { type Dataset, readRange } from '../data/dataset.js';

/**
 * The mean of each column over the rows in which its value is known.
 * @param values a number for each value of the data, [N, columns]
 */
export async function meansOfColumns(
  { data: values }: Tensor,
  data: Dataset,
): Promise<Readonly<Record<string, number>>> {
  const names = (data.columns ?? []).map(({ name }) => name);
  const sums = names.map(() => 0);
  const counts = names.map(() => 0);
  const { data: rows } = await readRange(data, 0, data.size);
  for (const [i, value] of (rows as Float32Array).entries()) {
    if (Number.isNaN(value)) continue;
    sums[i % names.length]! += (values as Float32Array)[i]!;
    counts[i % names.length]! += 1;
  }
  return Object.fromEntries(names.map((name, i) => [name, sums[i]! / Math.max(1, counts[i]!)]));
}
