import { z } from 'zod';
import {
  add,
  atanh,
  cast,
  clip,
  div,
  exp,
  gatherElements,
  greater,
  less,
  log,
  logistic,
  logSumExp,
  max,
  maximum,
  minimum,
  mul,
  negate,
  not,
  or,
  reciprocal,
  relu,
  round,
  softmax,
  softplus,
  split,
  squeeze,
  sub,
  sum,
  tanh,
  unsqueeze,
  type Value,
  where,
  withGradient,
} from '../../graph/index.js';
import { spreadGradient, sumOfExample } from './examples.js';
import { defineLikelihood } from './likelihood.js';
import { softlyAtLeast } from './location-scale.js';
import { drawPlace, perParameter } from './logits.js';

/** Half a level of 8 bits on [−1, 1]. */
const half = 1 / 255;

/** The lowest logarithm of a scale, as in the authors' code. */
const least = -7;

/** Each of the three [batch, n, C, ...]. */
interface Mixture {
  readonly logits: Value;
  readonly means: Value;
  readonly logScales: Value;
}

/** [batch, 3·n·C, ...] as logits, means and scales of n logistics. */
function mixtureOf(parameters: Value, mixtures: number): Mixture {
  const parts = split(perParameter(parameters, 3 * mixtures), [mixtures, mixtures, mixtures], 1);
  const [logits, means, raw] = parts as [Value, Value, Value];
  return { logits, means, logScales: softlyAtLeast(raw, least) };
}

/** x rounded to its level, on [−1, 1], with an axis for the mixture: [batch, 1, C, ...]. */
function levelOf(x: Value): Value {
  const level = clip(round(mul(x, 255)), 0, 255);
  return unsqueeze(sub(mul(level, 2 * half), 1), [1]);
}

/** Edges beyond this many scales are taken for infinity. */
const far = 50;

/**
 * log P of each logistic: of the mass between y − 1/255 and y + 1/255, to infinity at the ends of
 * the range; and its derivatives.
 *
 * With p and m the two edges over the scale, σ(p) − σ(m) = σ(p) σ(−m) (1 − exp(m − p)): as a product,
 * it has an exact logarithm, however small it is. At an end one of the first two factors is left.
 * With w = (p − m) / 2 and T = tanh w the last one is 2 T / (1 + T).
 */
function logMasses(y: Value, means: Value, logScales: Value) {
  const [isTop, isBottom] = [greater(y, 1 - half), less(y, half - 1)];
  const isInside = cast(not(or(isTop, isBottom)), y.dtype);
  const inverse = exp(negate(logScales));
  const centred = sub(y, means);
  const upper = where(isTop, far, mul(add(centred, half), inverse));
  const lower = where(isBottom, -far, mul(sub(centred, half), inverse));
  const [s, t] = [logistic(upper), logistic(lower)];
  const over = sub(1, s);
  const tails = sub(
    add(relu(negate(upper)), relu(lower)),
    log(mul(maximum(s, over), maximum(t, sub(1, t)))),
  );
  const width = mul(inverse, half);
  const slope = tanh(width);
  const inside = log(div(mul(slope, 2), add(slope, 1)));
  return {
    logMass: sub(mul(isInside, inside), tails),
    byMean: () => mul(sub(t, over), inverse),
    byLogScale: () =>
      sub(
        sub(mul(lower, t), mul(upper, over)),
        mul(isInside, mul(width, sub(reciprocal(slope), 1))),
      ),
  };
}

/** Scales beyond this one are so far over the range that its middle is the mean. */
const widest = 40;

/**
 * The mean of each logistic held in the range, on [0, 1]: s / 2 · [ζ((μ + 1) / s) − ζ((μ − 1) / s)]
 * with ζ = softplus. With s over 1 the two are nearly equal, and cancel: then by
 * ζ(a) = a / 2 + log 2 cosh(a / 2) as ½ + s · artanh(tanh(μ / 2s) · tanh(1 / 2s)).
 */
function meansHeld(means: Value, logScales: Value): Value {
  const known = minimum(logScales, widest);
  const [scale, inverse] = [exp(known), exp(negate(known))];
  const [toBottom, toTop] = [mul(add(means, 1), inverse), mul(sub(means, 1), inverse)];
  const narrow = mul(mul(sub(softplus(toBottom), softplus(toTop)), scale), 0.5);
  const half = mul(minimum(inverse, 1), 0.5);
  const wide = add(mul(atanh(mul(tanh(mul(means, half)), tanh(half))), scale), 0.5);
  return where(greater(known, 0), wide, narrow);
}

const kept = { axes: [1], keepDims: true };

/**
 * Independent 8-bit levels, each by a mixture of n logistics: a level has the mixture's mass around
 * it, P(x) = Σᵢ πᵢ [σ((x + ½ − μᵢ) / sᵢ) − σ((x − ½ − μᵢ) / sᵢ)], to infinity at 0 and 255
 * (Salimans et al. 2017, PixelCNN++, eq. 2, https://arxiv.org/abs/1701.05517). Unlike there,
 * channels do not depend on each other.
 *
 * As in the authors' code, μ and s are on the scale where levels are from −1 to 1, and log s is over
 * −7. The decoder gives the n logits of π, then the means, then log s: 3n numbers a value.
 *
 * The mean is the mean of the mixture held in the range. It is exact for continuous values, and within half
 * a level of the mean level, which is the same integral by the midpoint rule.
 */
export const discretizedLogistic = defineLikelihood(
  'discretizedLogistic',
  z
    .strictObject({
      mixtures: z.int().min(1).default(5).describe('How many logistics are mixed.'),
    })
    .meta({
      title: 'Discretized logistic',
      description:
        'The 256 levels of 8 bits by mixtures of logistics: three numbers a value for each.',
    }),
  ({ mixtures }) => ({
    parametersPerValue: 3 * mixtures,
    support: 'bytes',
    negativeLogLikelihood(x, parameters) {
      const { logits, means, logScales } = mixtureOf(parameters, mixtures);
      const { logMass, byMean, byLogScale } = logMasses(levelOf(x), means, logScales);
      // Logarithms of shares: beside large logits the logarithms of masses would lose their digits.
      const over = sub(logits, max(logits, kept));
      const powers = exp(over);
      const total = sum(powers, kept);
      const joint = add(sub(over, log(total)), logMass);
      const evidence = logSumExp(joint, kept);
      const nats = negate(sumOfExample(evidence));
      return withGradient(nats, [logits, means, logScales], (gradient) => {
        const g = spreadGradient(gradient, logits);
        const shares = exp(sub(joint, evidence));
        const weighted = mul(shares, negate(g));
        return [
          mul(sub(div(powers, total), shares), g),
          mul(weighted, byMean()),
          mul(weighted, byLogScale()),
        ];
      });
    },
    mean(parameters) {
      const { logits, means, logScales } = mixtureOf(parameters, mixtures);
      return sum(mul(softmax(logits, 1), meansHeld(means, logScales)), { axes: [1] });
    },
    draw(parameters, scope) {
      const { logits, means, logScales } = mixtureOf(parameters, mixtures);
      const place = unsqueeze(drawPlace(logits, scope.uniform(logits.shape)), [1]);
      const chosen = (x: Value) => squeeze(gatherElements(x, place, 1), [1]);
      const mean = chosen(means);
      const u = maximum(scope.uniform(mean.shape), 2 ** -25);
      const noise = mul(exp(chosen(logScales)), log(div(u, sub(1, u))));
      const held = clip(mul(add(add(mean, noise), 1), 0.5), 0, 1);
      return mul(round(mul(held, 255)), 1 / 255);
    },
  }),
);
