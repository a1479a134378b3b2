import type { Factored } from './factored.js';
import { mean } from './factored.js';

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

/** Counts how often each number comes. */
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
export function mutualInformation(a: Int32Array, b: Int32Array): number {
  const wide = b.reduce((most, value) => Math.max(most, value), 0) + 1;
  const pairs = a.map((value, i) => value * wide + b[i]!);
  return entropy(a) + entropy(b) - entropy(pairs);
}

/** Mutual information in nats, by latent and factor. */
type Information = readonly (readonly number[])[];

/** The mutual information of each latent and each factor, by latents in so many equal bins. */
export function informationOf({ codes, levels }: Factored, bins: number): Information {
  return codes.map((code) => {
    const own = binned(code, bins);
    return levels.map((level) => mutualInformation(own, level));
  });
}

/** The mean over factors of the gap between the two latents that tell most. */
export function gapOf(information: Information, { levels }: Factored): number {
  const gaps = levels.map((level, k) => {
    const [best = 0, second = 0] = information.map((row) => row[k]!).sort((a, b) => b - a);
    return (best - second) / entropy(level);
  });
  return mean(gaps);
}

/** The mean over latents of how far each tells of one factor alone, from 0 to 1. */
export function modularityOf(information: Information): number {
  return mean(
    information.map((row) => {
      const squares = row.map((nats) => nats ** 2);
      const most = Math.max(...squares);
      const others = squares.reduce((a, b) => a + b, 0) - most;
      // A latent cannot tell of a second factor where there is one alone.
      if (row.length === 1) return most > 0 ? 1 : 0;
      return most > 0 ? 1 - others / (most * (row.length - 1)) : 0;
    }),
  );
}
