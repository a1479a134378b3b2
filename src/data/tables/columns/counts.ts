/**
 * The largest difference of distribution functions of numbers that count something: a fixed part, and a
 * part for chance, over √rows.
 */
const [mostDistance, chance] = [0.05, 0.5];

/** The largest count that is looked at. */
const mostCount = 100_000;

/** Mean and variance of numbers by the rows that hold each, and the share of zeros. */
function momentsOf(counts: ReadonlyMap<number, number>) {
  let [rows, sum, squares] = [0, 0, 0];
  for (const [value, count] of counts) {
    rows += count;
    sum += value * count;
    squares += value * value * count;
  }
  const mean = sum / rows;
  return { rows, mean, variance: squares / rows - mean * mean, zeros: (counts.get(0) ?? 0) / rows };
}

/** The logarithm of a negative binomial's probability of 0; of a Poisson's where it varies no more than that. */
function zeroLog(mean: number, variance: number): number {
  if (variance <= mean) return -mean;
  const size = mean ** 2 / (variance - mean);
  return size * Math.log(size / (size + mean));
}

/**
 * The share of zeros beyond the zeros of the distribution that the other rows have, so that both together
 * have the moments of the numbers: by fixed-point iteration.
 */
function inflationOf(mean: number, variance: number, zeros: number): number {
  let share = 0;
  for (let round = 0; round < 100; round++) {
    const rest = restMoments(mean, variance, share);
    const usual = Math.exp(zeroLog(rest.mean, rest.variance));
    share = Math.min(0.99, Math.max(0, (zeros - usual) / Math.max(1e-6, 1 - usual)));
  }
  return share;
}

/** Mean and variance of the rows that are no zeros beyond the usual. */
function restMoments(mean: number, variance: number, share: number) {
  const rest = mean / (1 - share);
  return { mean: rest, variance: Math.max(0, (variance + mean ** 2) / (1 - share) - rest ** 2) };
}

/**
 * The largest difference between the distribution functions of whole numbers from 0 and of a
 * zero-inflated negative binomial of the same moments (Kolmogorov and Smirnov's distance).
 */
export function countDistance(counts: ReadonlyMap<number, number>): number {
  const { rows, mean, variance, zeros } = momentsOf(counts);
  const share = inflationOf(mean, variance, zeros);
  const rest = restMoments(mean, variance, share);
  const isPoisson = rest.variance <= rest.mean;
  const size = isPoisson ? Infinity : rest.mean ** 2 / (rest.variance - rest.mean);
  const odds = isPoisson ? rest.mean : rest.mean / (size + rest.mean);
  let log = zeroLog(rest.mean, rest.variance);
  let [known, fitted, largest, distance] = [0, share, 0, 0];
  for (const value of counts.keys()) largest = Math.max(largest, value);
  for (let value = 0; value <= largest; value++) {
    known += (counts.get(value) ?? 0) / rows;
    fitted += (1 - share) * Math.exp(log);
    distance = Math.max(distance, Math.abs(known - fitted));
    log += Math.log((isPoisson ? odds : (value + size) * odds) / (value + 1));
  }
  return distance;
}

/** Tells whether whole numbers from 0 or 1 are distributed as counts of events are. */
export function areCounts(counts: ReadonlyMap<number, number>, most: number): boolean {
  if (most > mostCount) return false;
  const { rows } = momentsOf(counts);
  return countDistance(counts) <= mostDistance + chance / Math.sqrt(rows);
}
