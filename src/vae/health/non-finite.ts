import { type LearningRate, type Optimizer, usualLearningRate } from '../../nn/index.js';
import type { NonFinite } from '../../training/index.js';
import {
  describeLarge,
  describeRange,
  describeScale,
  type TrainingHealth,
} from './training-health.js';

/** A learning rate this many times the optimizer's usual one is the first to be doubted. */
const largeRate = 3;

/** A learning rate that led to infinity is divided by this where no usual one is known. */
const rateDivisor = 10;

/** Ways out of a training whose numbers were not finite. */
export type Remedy =
  /** Train anew, with other data, weights or likelihood. */
  | { readonly kind: 'mend' }
  /** Train anew with this learning rate. */
  | { readonly kind: 'rate'; readonly learningRate: number }
  /** Go on from the last good epoch with half the learning rate: there is such an epoch. */
  | { readonly kind: 'rollback' }
  /** Go on without the batches that are at fault. */
  | { readonly kind: 'skip' };

/** The circumstances of a number that was not finite. */
interface Circumstances extends Pick<TrainingHealth, 'largeWeights' | 'values'> {
  readonly found: NonFinite;
  readonly bounded: string | undefined;
  readonly optimizer: Optimizer;
  /** Tells whether gradients are clipped already. */
  readonly clips: boolean;
  /** Epochs that were whole before. */
  readonly epochs: number;
  /** The setting that training had. */
  readonly onNonFinite: string;
}

/**
 * The most likely cause of a number that was not finite, in words, and the way out of it. Going on
 * is advised only where it can: the state before such a number is mostly spoilt already, so without a
 * whole epoch to go back to, or with a rate or data far from usual, training has to begin anew.
 */
export function nonFiniteAdvice(circumstances: Circumstances): { says: string; remedy: Remedy } {
  const { largeWeights, values, bounded, optimizer, found, epochs, onNonFinite } = circumstances;
  const range = describeRange(values, bounded) ?? describeScale(values);
  if (range) return { says: range, remedy: { kind: 'mend' } };
  const large = [...largeWeights].sort((a, b) => b.gain - a.gain)[0];
  if (large) return { says: describeLarge(large), remedy: { kind: 'mend' } };
  const { type, learningRate } = optimizer;
  const rate = firstRate(learningRate);
  const usual = usualLearningRate(type);
  if (usual !== undefined && rate > largeRate * usual) {
    const says = `The learning rate ${rate} is large for ${type}: use a smaller one, such as ${usual}.`;
    return { says, remedy: { kind: 'rate', learningRate: usual } };
  }
  // Finite metrics beside a gradient that is not finite are a sign of a point without a derivative.
  if (found.kind === 'gradient' && onNonFinite === 'stop') {
    const says =
      'The loss was finite, so a layer may have no derivative there: leave such batches out (onNonFinite: skip), or use a smaller learning rate.';
    return { says, remedy: { kind: 'skip' } };
  }
  if (epochs > 0 && onNonFinite !== 'rollback') {
    const says = 'The learning rate has become too large: halve it (onNonFinite: rollback).';
    return { says, remedy: { kind: 'rollback' } };
  }
  const smaller = Number((rate / rateDivisor).toPrecision(3));
  const clip = circumstances.clips ? '' : ', or clip gradients';
  const says = `Use a smaller learning rate, such as ${smaller}${clip}.`;
  return { says, remedy: { kind: 'rate', learningRate: smaller } };
}

/** The first learning rate that counts: of a schedule the larger of both ends. */
function firstRate(rate: LearningRate): number {
  if (typeof rate === 'number') return rate;
  return 'initial' in rate ? rate.initial : Math.max(rate.from, rate.to);
}
