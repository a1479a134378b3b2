import { betaVaeScore } from '../factors/beta-vae-score.js';
import { dciScore } from '../factors/dci.js';
import { usualBins } from '../factors/disentanglement.js';
import { factorVaeScore } from '../factors/factor-vae-score.js';
import type { Factored } from '../factors/factored.js';
import { gapOf, informationOf, modularityOf } from '../factors/information.js';
import { sapScore } from '../factors/sap.js';
import type { ScoreOptions } from '../judged.js';
import { lacking, type Measure } from './measure.js';

type Scores<Name extends string> = Readonly<Record<Name, number>>;

/** A score of codes and factors, out of several that are computed together under a name. */
const about = <Name extends string>(
  together: string,
  score: (factored: Factored, options: ScoreOptions) => Scores<Name> | Promise<Scores<Name>>,
  name: Name,
): Measure => ({
  lacks: lacking.factors,
  take: async (judged) => (await judged.byHalves(together, score))[name],
});

function information(factored: Factored) {
  const found = informationOf(factored, usualBins);
  return { mig: gapOf(found, factored), modularity: modularityOf(found) };
}

export const mig = about('information', information, 'mig');
export const modularity = about('information', information, 'modularity');
export const factorVae = about(
  'FactorVAE',
  (factored, options) => ({ score: factorVaeScore(factored, options) }),
  'score',
);
export const betaVae = about(
  'β-VAE',
  async (factored, options) => ({ score: await betaVaeScore(factored, options) }),
  'score',
);
export const sap = about(
  'SAP',
  (factored, { seed }) => ({ score: sapScore(factored, { seed }) }),
  'score',
);

const dci = (factored: Factored, { seed }: ScoreOptions) => dciScore(factored, seed);

export const dciDisentanglement = about('DCI', dci, 'disentanglement');
export const dciCompleteness = about('DCI', dci, 'completeness');
export const dciInformativeness = about('DCI', dci, 'informativeness');
