import type { Tensor } from 'onnxruntime-common';
import { fillUniform, randomStream } from '../../base/random.js';
import { placesByClass } from '../../data/changes/spread.js';
import type { Dataset } from '../../data/dataset.js';
import { codeOf, entropy, informationOf, knownFactors, levelsOf } from './information.js';

/** How codes are judged. */
export interface DisentanglementOptions {
  /** Bins in which each latent is counted; 20 when left out, as in disentanglement_lib. */
  readonly bins?: number;
  /** Decides which examples the FactorVAE score compares; 0 when left out. */
  readonly seed?: number;
  /** Votes by which the FactorVAE score's classifier learns, and by which it is judged. */
  readonly votes?: { readonly train: number; readonly test: number };
  /** Examples of a vote; 64 when left out. */
  readonly batchSize?: number;
}

/** How far each latent stands for one factor. All but `information` are from 0 to 1, where 1 is best. */
export interface Disentanglement {
  /**
   * The mutual information gap (Chen et al. 2018, eq. 6, https://arxiv.org/abs/1802.04942): for each
   * factor, how much more the best latent tells of it than the second best, as a part of its entropy.
   */
  readonly mig: number;
  /**
   * Modularity (Ridgeway and Mozer 2018, eq. 2, https://arxiv.org/abs/1802.05312): for each latent, how
   * little it tells of all factors but one.
   */
  readonly modularity: number;
  /**
   * The FactorVAE score (Kim and Mnih 2018, §4, https://arxiv.org/abs/1802.05983): how often the latent
   * that varies least among examples of one level of a factor names that factor.
   */
  readonly factorVae: number;
  /** Mutual information in nats, by latent and factor. */
  readonly information: readonly (readonly number[])[];
  /** The names of the factors, in that order. */
  readonly factors: readonly string[];
}

/** Latents whose variance is less are taken as not used by the FactorVAE score. */
const leastVariance = 0.05;

/** The mean over factors of the gap between the two latents that tell most. */
function gapOf(information: readonly (readonly number[])[], entropies: readonly number[]): number {
  const gaps = entropies.map((whole, k) => {
    const [best = 0, second = 0] = information.map((row) => row[k]!).sort((a, b) => b - a);
    return (best - second) / whole;
  });
  return mean(gaps);
}

/** The mean over latents of what they tell of one factor alone. */
function modularityOf(information: readonly (readonly number[])[]): number {
  return mean(
    information.map((row) => {
      const squares = row.map((nats) => nats ** 2);
      const most = Math.max(...squares);
      const others = squares.reduce((a, b) => a + b, 0) - most;
      return most > 0 ? 1 - others / (most * (row.length - 1)) : 0;
    }),
  );
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function varianceOf(values: Float32Array): number {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/** Draws of examples that share a level. */
class Votes {
  private readonly byLevel: readonly (readonly Int32Array[])[];
  private readonly variances: readonly number[];
  private readonly codes: readonly Float32Array[];

  constructor(
    codes: Tensor,
    levels: readonly Int32Array[],
    private readonly seed: number,
    private readonly batchSize: number,
  ) {
    this.byLevel = levels.map((own) =>
      placesByClass(own).map(([, places]) => Int32Array.from(places)),
    );
    const all = Array.from({ length: codes.dims[1]! }, (_, j) => codeOf(codes, j));
    const used = all.filter((code) => varianceOf(code) >= leastVariance);
    this.codes = used;
    this.variances = used.map(varianceOf);
  }

  /** How often each used latent varied least where each factor stood still: [latents][factors]. */
  count(name: string, votes: number): number[][] {
    const counts = this.codes.map(() => this.byLevel.map(() => 0));
    const numbers = new Float32Array(2 + this.batchSize);
    for (let vote = 0; vote < votes && counts.length > 0; vote++) {
      fillUniform(randomStream(this.seed, name, vote), numbers);
      const factor = Math.floor(numbers[0]! * this.byLevel.length);
      const levels = this.byLevel[factor]!;
      const places = levels[Math.floor(numbers[1]! * levels.length)]!;
      const chosen = Array.from(numbers.subarray(2), (x) => places[Math.floor(x * places.length)]!);
      counts[this.steadiest(chosen)]![factor]! += 1;
    }
    return counts;
  }

  /** The used latent that varies least among examples, as a part of how it varies in all. */
  private steadiest(places: readonly number[]): number {
    const shares = this.codes.map(
      (code, j) => varianceOf(Float32Array.from(places, (i) => code[i]!)) / this.variances[j]!,
    );
    return shares.indexOf(Math.min(...shares));
  }
}

/** The share of votes of a second count that name the factor for which the first one gave most. */
function factorScore(train: readonly number[][], test: readonly number[][]): number {
  const named = train.map((row) => row.indexOf(Math.max(...row)));
  const right = named.reduce((sum, factor, j) => sum + test[j]![factor]!, 0);
  const all = test.flat().reduce((a, b) => a + b, 0);
  return all > 0 ? right / all : 0;
}

/**
 * Judges how far each latent stands for one of the factors that data was made from.
 * @param codes float32 [N, latents], such as posterior means: of the first N examples, in their order
 * @param data with factors, such as `datasets.sprites()`
 * @throws UserError when the factors are not known
 */
export function disentanglement(
  codes: Tensor,
  data: Dataset,
  options: DisentanglementOptions = {},
): Disentanglement {
  const { bins = 20, seed = 0, votes = { train: 10_000, test: 5000 }, batchSize = 64 } = options;
  const count = codes.dims[0]!;
  // A factor that has one level among these examples is none.
  const factors = knownFactors(data).filter((each) => entropy(levelsOf(each, count)) > 0);
  const levels = factors.map((each) => levelsOf(each, count));
  const information = informationOf(codes, factors, bins);
  const drawn = new Votes(codes, levels, seed, batchSize);
  return {
    mig: gapOf(information, levels.map(entropy)),
    modularity: modularityOf(information),
    factorVae: factorScore(drawn.count('votes', votes.train), drawn.count('tests', votes.test)),
    information,
    factors: factors.map(({ name }) => name),
  };
}
