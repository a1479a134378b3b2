import { placesByClass } from '../../../data/changes/spread.js';
import { type Factored, numbersOfVotes, type VoteOptions, withVoteDefaults } from './factored.js';
import { type Classified, classifyByRegression } from './logistic.js';

/** Differences of pairs of examples that share a level of one factor, and which factor it is. */
function differences(
  { count, codes, levels }: Factored,
  { seed, name, batchSize }: { seed: number; name: string; batchSize: number },
  votes: number,
): Classified {
  const width = codes.length;
  // All examples of its level, for each factor and example.
  const alike = levels.map((own) => {
    const places = new Map(placesByClass(own));
    return Array.from(own, (level) => places.get(level)!);
  });
  const rows = new Float64Array(votes * width);
  const classes = new Int32Array(votes);
  let vote = 0;
  for (const numbers of numbersOfVotes({ seed, name, width: 1 + 2 * batchSize }, votes)) {
    const factor = Math.floor(numbers[0]! * levels.length);
    classes[vote] = factor;
    for (let pair = 0; pair < batchSize; pair++) {
      const one = Math.floor(numbers[1 + 2 * pair]! * count);
      const others = alike[factor]![one]!;
      const other = others[Math.floor(numbers[2 + 2 * pair]! * others.length)]!;
      for (let j = 0; j < width; j++) {
        rows[vote * width + j]! += Math.abs(codes[j]![one]! - codes[j]![other]!) / batchSize;
      }
    }
    vote += 1;
  }
  return { rows, width, classes };
}

/**
 * The β-VAE score (Higgins et al. 2017, appendix A.4, https://openreview.net/forum?id=Sy2fzU9gl): how often a
 * linear classifier names the factor that pairs of examples share, by the mean difference of their codes.
 */
export async function betaVaeScore(factored: Factored, options: VoteOptions = {}): Promise<number> {
  const { seed, votes, batchSize } = withVoteDefaults(options);
  const drawn = (name: string, many: number) =>
    differences(factored, { seed, name, batchSize }, many);
  const train = drawn('pairs', votes.train);
  const test = drawn('tested pairs', votes.test);
  const guesses = await classifyByRegression(train, test.rows);
  return guesses.filter((guess, i) => guess === test.classes[i]).length / votes.test;
}
