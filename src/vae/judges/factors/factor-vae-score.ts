import { placesByClass } from '../../../data/changes/spread.js';
import { type Factored, numbersOfVotes, type VoteOptions, withVoteDefaults } from './factored.js';

/** Latents whose variance is less are taken as not used. */
const leastVariance = 0.05;

/** The variance of the values at some places. */
function varianceAt(values: Float32Array, places: Int32Array): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < places.length; i++) sum += values[places[i]!]!;
  const middle = sum / places.length;
  for (let i = 0; i < places.length; i++) squares += (values[places[i]!]! - middle) ** 2;
  return squares / (places.length - 1);
}

/** Draws of examples that share a level. */
class Votes {
  private readonly byLevel: readonly (readonly Int32Array[])[];
  private readonly variances: readonly number[];
  private readonly codes: readonly Float32Array[];

  constructor(
    { count, codes, levels }: Factored,
    private readonly seed: number,
    private readonly batchSize: number,
  ) {
    this.byLevel = levels.map((own) =>
      placesByClass(own).map(([, places]) => Int32Array.from(places)),
    );
    const all = Int32Array.from({ length: count }, (_, i) => i);
    this.codes = codes.filter((code) => varianceAt(code, all) >= leastVariance);
    this.variances = this.codes.map((code) => varianceAt(code, all));
  }

  /** Counts how often each used latent varied least where each factor stood still: [latents][factors]. */
  count(name: string, votes: number): number[][] {
    const counts = this.codes.map(() => this.byLevel.map(() => 0));
    if (counts.length === 0) return counts;
    const draws = { seed: this.seed, name, width: 2 + this.batchSize };
    for (const numbers of numbersOfVotes(draws, votes)) {
      const factor = Math.floor(numbers[0]! * this.byLevel.length);
      const levels = this.byLevel[factor]!;
      const places = levels[Math.floor(numbers[1]! * levels.length)]!;
      const chosen = Int32Array.from(
        numbers.subarray(2),
        (x) => places[Math.floor(x * places.length)]!,
      );
      counts[this.steadiest(chosen)]![factor]! += 1;
    }
    return counts;
  }

  /** The used latent that varies least among examples, as a part of how it varies in all. */
  private steadiest(places: Int32Array): number {
    const shares = this.codes.map((code, j) => varianceAt(code, places) / this.variances[j]!);
    return shares.indexOf(Math.min(...shares));
  }
}

/**
 * The FactorVAE score (Kim and Mnih 2018, §4, https://arxiv.org/abs/1802.05983): how often the latent that
 * varies least among examples of one level of a factor names that factor. A first count of votes gives each
 * latent the factor with the most votes; the score is the share of a second count that agrees.
 */
export function factorVaeScore(factored: Factored, options: VoteOptions = {}): number {
  const { seed, votes, batchSize } = withVoteDefaults(options);
  const drawn = new Votes(factored, seed, batchSize);
  const train = drawn.count('votes', votes.train);
  const test = drawn.count('tests', votes.test);
  const named = train.map((row) => row.indexOf(Math.max(...row)));
  const right = named.reduce((sum, factor, j) => sum + test[j]![factor]!, 0);
  const all = test.flat().reduce((a, b) => a + b, 0);
  return all > 0 ? right / all : 0;
}
