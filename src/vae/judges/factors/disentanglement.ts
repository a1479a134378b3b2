import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../../data/dataset.js';
import { betaVaeScore } from './beta-vae-score.js';
import { type Dci, dciScore } from './dci.js';
import { factorVaeScore } from './factor-vae-score.js';
import { factoredOf, type VoteOptions } from './factored.js';
import { gapOf, informationOf, modularityOf } from './information.js';
import { sapScore } from './sap.js';

/** Options for judging codes. */
export interface DisentanglementOptions extends VoteOptions {
  /** Bins in which each latent is counted; 20 when left out, as in disentanglement_lib. */
  readonly bins?: number;
  /** True where SAP takes levels for numbers, and not for classes; false when left out. */
  readonly continuous?: boolean;
}

/**
 * Scores for how far each latent stands for one factor. All but `information` are from 0 to 1,
 * where 1 is best.
 */
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
  /**
   * The β-VAE score (Higgins et al. 2017, https://openreview.net/forum?id=Sy2fzU9gl): how often a linear
   * classifier names the factor that pairs of examples share.
   */
  readonly betaVae: number;
  /**
   * The separated attribute predictability (Kumar et al. 2018, https://arxiv.org/abs/1711.00848): for each
   * factor, how much better the best latent alone tells its levels than the second best.
   */
  readonly sap: number;
  /** Eastwood and Williams 2018, https://openreview.net/forum?id=By-7dz-AZ. */
  readonly dci: Dci;
  /** Mutual information in nats, by latent and factor. */
  readonly information: readonly (readonly number[])[];
  /** The names of the factors, in that order. */
  readonly factors: readonly string[];
}

/** Bins in which each latent is counted, as in disentanglement_lib. */
export const usualBins = 20;

/**
 * Judges how far each latent stands for one of the factors that data was made from.
 * @param codes float32 [N, ...latent], such as posterior means: of the first N examples, in their order
 * @param data with factors, such as `datasets.sprites()`
 * @throws UserError when the factors are not known, or none has two levels among the examples
 */
export async function disentanglement(
  codes: Tensor,
  data: Dataset,
  options: DisentanglementOptions = {},
): Promise<Disentanglement> {
  const { bins = usualBins, continuous = false, ...votes } = options;
  const factored = factoredOf(codes, data);
  const information = informationOf(factored, bins);
  return {
    mig: gapOf(information, factored),
    modularity: modularityOf(information),
    factorVae: factorVaeScore(factored, votes),
    betaVae: await betaVaeScore(factored, votes),
    sap: sapScore(factored, { ...votes, continuous }),
    dci: await dciScore(factored, votes.seed),
    information,
    factors: factored.names,
  };
}
