import {
  add,
  broadcastLike,
  cast,
  div,
  exp,
  gatherElements,
  log,
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
import { type FlatColumns, flatColumns } from './flat.js';
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
    /** Logarithms of weights, which need not add up to 1. */
    logits: add(logits, group.statistic('logWeights')),
    locations: add(group.statistic('means'), mul(offsets, deviations)),
    logSpreads: logSpreadOf(trained, deviations, group.statistic('ratios')),
  };
}

/** Odds of terms, [batch, n · modes], with their sum and its logarithm, [batch, n]. */
function oddsOf(terms: Value, { spread, sumOf, peakOf }: FlatColumns) {
  const peak = peakOf(terms);
  const odds = exp(sub(terms, spread(peak)));
  const total = sumOf(odds);
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
    const own = modesOf(parameters, group);
    const axis = flatColumns(group.columns, mostModes, x.dtype);
    const [logits, locations] = [axis.flat(own.logits), axis.flat(own.locations)];
    const logSpreads = axis.flat(own.logSpreads);
    const inverse = exp(negate(logSpreads));
    const errors = mul(sub(axis.spread(x), locations), inverse);
    const squares = square(errors);
    const prior = oddsOf(logits, axis);
    const joint = oddsOf(sub(sub(logits, logSpreads), mul(squares, 0.5)), axis);
    const nats = add(sub(prior.logTotal, joint.logTotal), halfLogTau);
    // Gradient by the modes' probabilities before x is seen, π, and after, r: fewer passes than term by term.
    return withGradient(nats, [logits, locations, logSpreads], (gradient) => {
      const given = broadcastLike(gradient, nats);
      const r = mul(joint.odds, axis.spread(div(given, joint.total)));
      return [
        sub(mul(prior.odds, axis.spread(div(given, prior.total))), r),
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
