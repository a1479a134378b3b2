import {
  add,
  broadcastLike,
  cast,
  div,
  exp,
  gatherElements,
  log,
  logSoftmax,
  logSumExp,
  mul,
  negate,
  softmax,
  split,
  square,
  squeeze,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../../graph/index.js';
import { drawPlace } from '../logits.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { fitModes, mostModes } from './modes.js';
import { momentsOf } from './moments.js';
import { leastSpread, logSpreadOf, spreadStatistics } from './spread.js';

/** Logarithms of weights, locations and logarithms of spreads of the modes, each [batch, n, modes]. */
function modesOf(parameters: Value, group: ColumnGroup) {
  const [logits, offsets] = split(parameters, [mostModes, mostModes], 2) as [Value, Value];
  const deviations = group.statistic('deviations');
  const trained = group.parameter('logSpread', [mostModes], 'zeros');
  return {
    logWeights: logSoftmax(add(logits, group.statistic('logWeights')), 2),
    locations: add(group.statistic('means'), mul(offsets, deviations)),
    logSpreads: logSpreadOf(trained, deviations, group.statistic('ratios')),
  };
}

/**
 * Values of several modes: a mixture of Gaussians whose modes are found in the column first, as the
 * mode-specific normalization of CTGAN has them (Xu et al. 2019, §4.2, https://arxiv.org/abs/1907.00503).
 * The decoder gives each mode's logit and how far its mean is moved, in its deviations; spreads are
 * trained, one for each mode of a column. Other than in CTGAN the mode of a value is not fixed:
 * p(x | z) = Σₖ πₖ N(x; μₖ + σₖ oₖ, sₖ²).
 */
export const mixture: ColumnLikelihood = {
  type: 'mixture',
  title: 'Mixture of Gaussians',
  kinds: ['continuous', 'count', 'date'],
  parametersPerColumn: () => 2 * mostModes,
  statistics: () => {
    const each = [mostModes];
    return { logWeights: each, means: each, deviations: each, ratios: each };
  },
  fit(values, _, resolution) {
    const least = leastSpread(momentsOf(values).deviation, resolution);
    const { logWeights, means, deviations } = fitModes(values, least);
    const spreads = deviations.map((each) => spreadStatistics(each, least));
    return {
      logWeights,
      means,
      deviations: spreads.map(({ deviation }) => deviation),
      ratios: spreads.map(({ ratio }) => ratio),
    };
  },
  negativeLogLikelihood(x, parameters, group) {
    const { logWeights, locations, logSpreads } = modesOf(parameters, group);
    const errors = mul(sub(unsqueeze(x, [2]), locations), exp(negate(logSpreads)));
    const terms = sub(sub(logWeights, logSpreads), mul(square(errors), 0.5));
    return sub(0.5 * Math.log(2 * Math.PI), logSumExp(terms, { axes: [2] }));
  },
  /** The probability of each mode before anything is learnt. */
  features(x, group) {
    const deviations = group.statistic('deviations');
    const errors = div(sub(unsqueeze(x, [2]), group.statistic('means')), deviations);
    const logs = sub(group.statistic('logWeights'), log(deviations));
    return softmax(sub(logs, mul(square(errors), 0.5)), 2);
  },
  typical(parameters, group) {
    const { logWeights, locations } = modesOf(parameters, group);
    return sum(mul(exp(logWeights), locations), { axes: [2] });
  },
  draw(parameters, group) {
    const { logWeights, locations, logSpreads } = modesOf(parameters, group);
    const mode = unsqueeze(drawPlace(logWeights, group.uniform(logWeights.shape), 2), [2]);
    const of = (each: Value) => squeeze(gatherElements(each, cast(mode, 'int64'), 2), [2]);
    const location = of(locations);
    const spread = exp(of(broadcastLike(logSpreads, locations)));
    return add(location, mul(spread, group.normal(location.shape)));
  },
};
