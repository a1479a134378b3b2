import fc from 'fast-check';
import { mutate } from './mutate.mjs';
import { randomFrom, seedOf } from './random.mjs';

/** The inputs of a reader; the seed and an input's number alone decide it. */
export async function inputsOf(reader, seed, others) {
  const seeds = await reader.seeds();
  return async (index) => {
    const random = randomFrom(seedOf(seed, reader.name, index));
    const [first] = seeds;
    // Right files, and files of other formats, under this one's name.
    if (index < seeds.length) return { bytes: seeds[index], random };
    if (random.below(50) === 0) return { bytes: random.pick(others), random };
    if (reader.arbitrary && random.below(2) === 0) {
      const numRuns = 1;
      const [bytes] = fc.sample(reader.arbitrary, { seed: random.below(2 ** 31), numRuns });
      return { bytes: random.below(4) === 0 ? mutate(bytes, random) : bytes, random };
    }
    const chosen = random.below(4) === 0 ? first : random.pick(seeds);
    const vary = reader.vary ?? mutate;
    return { bytes: await vary(chosen, random, seeds), random };
  };
}
