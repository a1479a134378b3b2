import {
  add,
  equal,
  exp,
  less,
  mul,
  negate,
  sigmoid,
  softplus,
  sub,
  type Value,
  where,
} from '../../../graph/index.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import {
  checkCounts,
  countsOf,
  fitDispersion,
  logOfMean,
  negativeBinomialNats,
  negativeBinomialOf,
  tallyOf,
} from './counts.js';
import { drawPoisson, drawRate } from './draws.js';
import { momentsOf } from './moments.js';
import { double, held, numbersOf, reaches, single, statisticOf } from './numbers.js';

function distribution(parameters: Value, group: ColumnGroup) {
  const [number, logit] = numbersOf(parameters) as [Value, Value];
  return {
    ...negativeBinomialOf(number, group),
    logit: add(held(logit, -reaches.zeroLogit, reaches.zeroLogit), statisticOf(group, 'zeroLogit')),
  };
}

/** Bounds of the fitted share of zeros that are no counts; at 0 or 1 it could not be trained. */
const [leastShare, mostShare] = [0.01, 0.99];

/**
 * The likeliest mean, dispersion and share of zeros that are no counts, by expectation and maximization: each
 * zero counts as much as it is likely to be of the negative binomial.
 */
function fitInflated(values: Float32Array) {
  const tally = tallyOf(values);
  const zeros = tally.get(0) ?? 0;
  const total = momentsOf(values).mean * values.length;
  let share = (zeros / values.length) * 0.5;
  let [logMean, logDispersion] = [0, 0];
  for (let i = 0; i < 20; i++) {
    const counted = values.length - share * values.length;
    logMean = logOfMean(total / Math.max(counted, 1));
    const mean = Math.exp(logMean);
    const rest = new Map(tally).set(0, Math.max(0, zeros - share * values.length));
    logDispersion = fitDispersion(rest, mean);
    const ofCounts = (1 + mean / Math.exp(logDispersion)) ** -Math.exp(logDispersion);
    share = ((zeros / values.length) * share) / (share + (1 - share) * ofCounts || 1);
  }
  return { logMean, logDispersion, share: Math.min(Math.max(share, leastShare), mostShare) };
}

/**
 * A negative binomial with more zeros: a share π of values is 0 for any count (Lopez et al. 2018, scVI,
 * https://doi.org/10.1038/s41592-018-0229-2). With ℓ the logit of π and n the −log p of a count by the negative
 * binomial in nats, −log p is log(1 + eˡ) + n, less log(1 + eˡ⁺ⁿ) for zeros. The decoder's two numbers are added to
 * the logarithm of the column's mean and to its logit; the dispersion is the column's, and trained.
 */
export const zeroInflatedNegativeBinomial: ColumnLikelihood = {
  type: 'zeroInflatedNegativeBinomial',
  title: 'Zero-inflated negative binomial',
  kinds: ['count'],
  parametersPerColumn: () => 2,
  statistics: () => ({ logMean: [], logDispersion: [], zeroLogit: [] }),
  fit(values) {
    checkCounts(values, 'zero-inflated negative binomial');
    const { logMean, logDispersion, share } = fitInflated(values);
    return {
      logMean: [logMean],
      logDispersion: [logDispersion],
      zeroLogit: [Math.log(share / (1 - share))],
    };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { logMean, logDispersion, r, logit } = distribution(parameters, group);
    const { count, excess } = countsOf(x);
    const nats = add(negativeBinomialNats(count, logMean, logDispersion, r), excess);
    const isZero = equal(double(x), 0);
    const both = softplus(add(logit, where(isZero, nats, 0)));
    return single(sub(add(softplus(logit), nats), where(isZero, both, 0)));
  },
  typical(parameters, group) {
    const { logMean, logit } = distribution(parameters, group);
    return single(mul(exp(logMean), sigmoid(negate(logit))));
  },
  draw(parameters, group) {
    const { logMean, r, logit } = distribution(parameters, group);
    const rate = drawRate(r, logMean, group);
    const isCounted = less(sigmoid(logit), double(group.uniform(logit.shape)));
    return mul(drawPoisson(rate, group), single(isCounted));
  },
};
