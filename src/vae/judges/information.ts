import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import type { Dataset, Factor } from '../../data/dataset.js';

/** The qualities that data was made from. @throws UserError when they are not known */
export function knownFactors({ name, factors }: Dataset): readonly Factor[] {
  if (factors) return factors;
  throw new UserError(
    `${name}: the factors that its examples were made from are not known. Judge disentanglement on data with factors, such as datasets.sprites().`,
  );
}

/** Column `j` of codes [examples, latents]. */
export function codeOf({ data, dims }: Tensor, j: number): Float32Array {
  const [count, latents] = dims as readonly [number, number];
  const values = data as Float32Array;
  return Float32Array.from({ length: count }, (_, i) => values[i * latents + j]!);
}

/** The level of each of the first `count` examples. */
export function levelsOf({ level }: Factor, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => level(i));
}

/** Numbers in equal bins from the least to the greatest, by the number of the bin. */
function binned(values: Float32Array, bins: number): Int32Array {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const width = (most - least) / bins;
  return Int32Array.from(values, (value) =>
    width > 0 ? Math.min(bins - 1, Math.floor((value - least) / width)) : 0,
  );
}

/** How often each number comes. */
function countsOf(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The entropy of numbers that stand for kinds, in nats. */
export function entropy(values: Int32Array): number {
  return [...countsOf(values).values()]
    .map((count) => count / values.length)
    .reduce((sum, share) => sum - share * Math.log(share), 0);
}

/** The mutual information of two kinds of each example, in nats. */
function mutualInformation(a: Int32Array, b: Int32Array): number {
  const wide = b.reduce((most, value) => Math.max(most, value), 0) + 1;
  const pairs = a.map((value, i) => value * wide + b[i]!);
  return entropy(a) + entropy(b) - entropy(pairs);
}

/** The mutual information of each latent and each factor in nats, by latent. */
export function informationOf(
  codes: Tensor,
  factors: readonly Factor[],
  bins: number,
): readonly (readonly number[])[] {
  const [count, latents] = codes.dims as readonly [number, number];
  const levels = factors.map((factor) => levelsOf(factor, count));
  return Array.from({ length: latents }, (_, j) => {
    const code = binned(codeOf(codes, j), bins);
    return levels.map((level) => mutualInformation(code, level));
  });
}
