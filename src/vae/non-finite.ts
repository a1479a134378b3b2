import { type LearningRate, type Optimizer, usualLearningRate } from '../nn/index.js';
import { describeLarge, describeRange, type TrainingHealth } from './training-health.js';

/** A learning rate this many times the optimizer's usual one is the first to be doubted. */
const largeRate = 3;

/**
 * What to do about a number that was not finite, by what is most likely wrong.
 * @param training of the weights that training began with, and of the data
 * @param training.clips whether gradients are clipped already
 */
export function nonFiniteAdvice(
  training: Pick<TrainingHealth, 'largeWeights' | 'values'> & {
    readonly bounded: string | undefined;
    readonly optimizer: Optimizer;
    readonly clips: boolean;
  },
): string {
  const [large] = training.largeWeights;
  if (large) return describeLarge(large);
  const range = describeRange(training.values, training.bounded);
  if (range) return range;
  const { type, learningRate } = training.optimizer;
  const rate = firstRate(learningRate);
  const usual = usualLearningRate(type);
  if (usual !== undefined && rate > largeRate * usual) {
    return `The learning rate ${rate} is large for ${type}: use a smaller one, such as ${usual}.`;
  }
  return training.clips
    ? 'Use a smaller learning rate.'
    : 'Use a smaller learning rate, or clip gradients.';
}

/** The first learning rate that counts: of a schedule the larger of both ends. */
function firstRate(rate: LearningRate): number {
  if (typeof rate === 'number') return rate;
  return 'initial' in rate ? rate.initial : Math.max(rate.from, rate.to);
}
