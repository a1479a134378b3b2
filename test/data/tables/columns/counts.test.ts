import { expect, test } from 'vitest';
import { fillUniform, randomStream } from '../../../../src/base/random.js';
import { areCounts, countDistance } from '../../../../src/data/tables/columns/counts.js';

/** The number of rows of each count, by the probabilities of counts from 0. */
function rowsOf(rows: number, probabilities: readonly number[]): Map<number, number> {
  return new Map(
    probabilities.flatMap((each, count) => {
      const share = Math.round(each * rows);
      return share > 0 ? [[count, share] as const] : [];
    }),
  );
}

/** Probabilities of counts from 0, each from that before. */
function chain(first: number, ratio: (count: number) => number, most: number): number[] {
  const all = [first];
  for (let count = 1; count <= most; count++) all.push(all.at(-1)! * ratio(count));
  return all;
}

const poisson = (mean: number) => chain(Math.exp(-mean), (count) => mean / count, 200);
const negativeBinomial = (size: number, odds: number) =>
  chain((1 - odds) ** size, (count) => ((count - 1 + size) / count) * odds, 400);

test.each([
  ['a Poisson distribution', poisson(30)],
  ['a negative binomial', negativeBinomial(1.5, 0.9)],
  [
    'a zero-inflated Poisson distribution',
    poisson(25).map((each, count) => 0.6 * each + (count === 0 ? 0.4 : 0)),
  ],
  [
    'a zero-inflated negative binomial',
    negativeBinomial(4, 0.8).map((each, count) => 0.7 * each + (count === 0 ? 0.3 : 0)),
  ],
])('the distribution of %s is met', (_, probabilities) => {
  expect(countDistance(rowsOf(100_000, probabilities))).toBeLessThan(0.003);
});

test('the distance is between the distribution functions', () => {
  // A mean of 1 that varies by 0 is compared with a Poisson distribution: e^-1 lies under 1.
  expect(countDistance(new Map([[1, 10]]))).toBeCloseTo(Math.exp(-1), 12);
});

test('evenly spread numbers and two humps are no counts', () => {
  const even = new Map(Array.from({ length: 1001 }, (_, value) => [value, 60]));
  expect(areCounts(even, 1000)).toBe(false);
  const humps = poisson(10).map((each, count) => each / 2 + (poisson(60)[count] ?? 0) / 2);
  expect(areCounts(rowsOf(10_000, humps), 200)).toBe(false);
});

test('few rows of a Poisson distribution are counts', () => {
  const draws = new Float32Array(100);
  fillUniform(randomStream(7, 'counts'), draws);
  const chances = poisson(30);
  const counts = new Map<number, number>();
  for (const draw of draws) {
    let [count, sum] = [0, chances[0]!];
    while (sum < draw) sum += chances[++count]!;
    counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  expect(areCounts(counts, 60)).toBe(true);
});
