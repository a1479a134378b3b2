import {
  add,
  broadcastLike,
  cast,
  div,
  exp,
  gatherElements,
  log,
  max,
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
  withGradient,
} from '../../../graph/index.js';
import { drawPlace } from '../logits.js';
import type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';
import { fitModes, mostModes } from './modes.js';
import { momentsOf } from './moments.js';
import { leastSpread, logSpreadOf, spreadStatistics } from './spread.js';

/** ½ log 2π */
const halfLogTau = 0.5 * Math.log(2 * Math.PI);

/** The modes of each value, [batch, n, modes], and of each column, [n, modes]. */
function modesOf(parameters: Value, group: ColumnGroup) {
  const [logits, offsets] = split(parameters, [mostModes, mostModes], 2) as [Value, Value];
  const deviations = group.statistic('deviations');
  const trained = group.parameter('logSpread', [mostModes], 'zeros');
  return {
    /** Logarithms of weights, but for their sum. */
    logits: add(logits, group.statistic('logWeights')),
    locations: add(group.statistic('means'), mul(offsets, deviations)),
    logSpreads: logSpreadOf(trained, deviations, group.statistic('ratios')),
  };
}

/** Odds of terms, [batch, n, modes], with their sum and its logarithm, [batch, n, 1]. */
function oddsOf(terms: Value) {
  const peak = max(terms, { axes: [2], keepDims: true });
  const odds = exp(sub(terms, peak));
  const total = sum(odds, { axes: [2], keepDims: true });
  return { odds, total, logTotal: add(log(total), peak) };
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
    const { logits, locations, logSpreads } = modesOf(parameters, group);
    const inverse = exp(negate(logSpreads));
    const errors = mul(sub(unsqueeze(x, [2]), locations), inverse);
    const squares = square(errors);
    const prior = oddsOf(logits);
    const joint = oddsOf(sub(sub(logits, logSpreads), mul(squares, 0.5)));
    const nats = add(squeeze(sub(prior.logTotal, joint.logTotal), [2]), halfLogTau);
    // By the modes' probabilities before x is seen, π, and after it, r: fewer passes than term by term.
    return withGradient(nats, [logits, locations, logSpreads], (gradient) => {
      const spread = unsqueeze(broadcastLike(gradient, nats), [2]);
      const r = mul(joint.odds, div(spread, joint.total));
      return [
        sub(mul(prior.odds, div(spread, prior.total)), r),
        negate(mul(mul(r, errors), inverse)),
        sum(sub(r, mul(r, squares)), { axes: [0] }),
      ];
    });
  },
  typical(parameters, group) {
    const { logits, locations } = modesOf(parameters, group);
    return sum(mul(softmax(logits, 2), locations), { axes: [2] });
  },
  draw(parameters, group) {
    const { logits, locations, logSpreads } = modesOf(parameters, group);
    const mode = unsqueeze(drawPlace(logits, group.uniform(logits.shape), 2), [2]);
    const of = (each: Value) => squeeze(gatherElements(each, cast(mode, 'int64'), 2), [2]);
    const location = of(locations);
    const spread = exp(of(broadcastLike(logSpreads, locations)));
    return add(location, mul(spread, group.normal(location.shape)));
  },
};
