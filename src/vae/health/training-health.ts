import type { Tensor } from 'onnxruntime-common';
import { listed } from '../../base/excerpt.js';
import { activationOf } from '../../nn/index.js';
import { formatNumber } from '../../report/number.js';
import type { ParameterSpec } from '../../step/index.js';
import type { EpochMetrics } from '../../training/index.js';
import type { Likelihood } from '../likelihoods/index.js';
import type { Network } from '../model/network.js';
import { describeTrend, type LossTrend, lossTrend } from './loss-trend.js';
import { alikeWeights, type LargeWeights, largeWeights, movedWeights } from './weights.js';

/** A model that is better by less than this part of its error has learnt nothing. */
const learntShare = 0.01;

/** Weights that moved by less than this part of their size have hardly been trained. */
const movedShare = 0.05;

/** Fewest steps after which something can be said of how a training goes. */
export const fewestSteps = 100;

/** A change of the error is judged by so many examples at least, and by twice its standard error. */
const fewestPairs = 30;

/** Values beyond this are far from the scale that networks start with, about 1. */
const usualSize = 10;

/** A value that every image exceeds somewhere, but not 8-bit values divided by 255 twice. */
const darkest = 0.005;

/** Tells how a training went, by signs of mistakes that are often made. */
export interface TrainingHealth {
  /** Absent where losses fell, and where a schedule changes the meaning of the loss. */
  readonly trend?: LossTrend;
  /** Distance of the weights from their initial values, as a part of how large these are. */
  readonly moved: number;
  /** Steps of the whole training. */
  readonly steps: number;
  /**
   * −log p(x | z) of an example at the posterior's mean, now and with initial values: means over
   * `examples`, and the standard error of their difference.
   */
  readonly reconstruction: {
    readonly trained: number;
    readonly untrained: number;
    readonly examples: number;
    readonly standardError: number;
  };
  /** Weights that are too large to start from. */
  readonly largeWeights: readonly LargeWeights[];
  /** Weights of layers whose units are all the same. */
  readonly alikeWeights: readonly string[];
  /** The least and the largest value of the examples. */
  readonly values: { readonly least: number; readonly most: number };
  /** The likelihood, where it is about values in [0, 1] alone. */
  readonly bounded?: string;
  /** The decoder's last activation, where the likelihood takes logits. */
  readonly activatedLogits?: string;
}

/** The least and the largest value of examples, uint8 ones scaled to [0, 1]. */
export function rangeOf({ data, type }: Tensor): TrainingHealth['values'] {
  const values = data as Float32Array | Uint8Array;
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const scale = type === 'uint8' ? 255 : 1;
  return { least: least / scale, most: most / scale };
}

/** The likelihood's name, where it is about values in [0, 1] alone. */
export function boundedName({ support, type }: Likelihood): string | undefined {
  return ['real', 'columns', 'none'].includes(support) ? undefined : type;
}

/** Likelihoods whose parameters are logits. */
const takesLogits = ['bernoulli', 'continuousBernoulli', 'categorical', 'msSsim'];

/** The function that the decoder applies to logits at its end, where it does. */
function activatedLogits({ likelihood, lastLayer }: Network): string | undefined {
  const activation = lastLayer && activationOf(lastLayer.layer);
  return activation !== 'linear' && takesLogits.includes(likelihood.type) ? activation : undefined;
}

/** The model, and the numbers that were measured of it. */
interface Trained {
  readonly specs: readonly ParameterSpec[];
  /** The parameters as they were drawn, and as they are. */
  readonly initial: Readonly<Record<string, Tensor>>;
  readonly values: Readonly<Record<string, Tensor>>;
  readonly network: Network;
  readonly history: readonly EpochMetrics[];
  /** Tells whether no schedule changes the meaning of the loss. */
  readonly isSteady: boolean;
  readonly images: Tensor;
  /** −log p(x | z) of some examples now, and with the initial parameters. */
  readonly errors: { readonly trained: Tensor; readonly untrained: Tensor };
}

/** Judges how a training went. */
export function trainingHealth(trained: Trained): TrainingHealth {
  const { specs, initial, values, network, errors, history } = trained;
  const trend = lossTrend(trained.isSteady ? history : []);
  const bounded = boundedName(network.likelihood);
  const activation = activatedLogits(network);
  return {
    ...(trend ? { trend } : {}),
    moved: movedWeights(specs, initial, values),
    steps: history.reduce((sum, { steps }) => sum + steps, 0),
    reconstruction: compare(errors),
    largeWeights: largeWeights(specs, initial),
    alikeWeights: alikeWeights(specs, values),
    values: rangeOf(trained.images),
    ...(bounded ? { bounded } : {}),
    ...(activation ? { activatedLogits: activation } : {}),
  };
}

/** Errors before and after training, of the examples that both have. */
function compare({ trained, untrained }: Trained['errors']): TrainingHealth['reconstruction'] {
  const examples = untrained.size;
  const [after, before] = [meanOf(trained, examples), meanOf(untrained)];
  const pairs = (trained.data as Float32Array).subarray(0, examples);
  const squares = pairs.reduce((sum, value, i) => {
    const difference = value - (untrained.data as Float32Array)[i]!;
    return sum + (difference - (after - before)) ** 2;
  }, 0);
  const standardError = Math.sqrt(squares / (Math.max(1, examples - 1) * examples));
  return { trained: after, untrained: before, examples, standardError };
}

/** The mean of a tensor's first values, of all when no count is given. */
export function meanOf({ data, size }: Tensor, count = size): number {
  const values = (data as Float32Array).subarray(0, count);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `The values of the data reach from 0 to 255` */
const reach = ({ least, most }: TrainingHealth['values']) =>
  `The values of the data reach from ${formatNumber(least)} to ${formatNumber(most)}`;

/** Advice that brings values of 8 or 16 bits into [0, 1]; undefined for others. */
function scaling({ least, most }: TrainingHealth['values']): string | undefined {
  if (least < 0) return undefined;
  if (most > 100 && most <= 255) return 'Divide them by 255, or give them as uint8.';
  return most > 20_000 && most <= 65535 ? 'Divide them by 65535.' : undefined;
}

const isFar = ({ least, most }: TrainingHealth['values']) => Math.max(-least, most) > usualSize;

/** A line with advice where examples do not suit the likelihood. */
export function describeRange(
  values: TrainingHealth['values'],
  bounded: string | undefined,
): string | undefined {
  const { least, most } = values;
  if (bounded !== undefined && (least < 0 || most > 1)) {
    const by = least >= -1 && most <= 1 ? ' by (x + 1) / 2' : '';
    const advice =
      scaling(values) ??
      `Bring them into [0, 1]${by}${isFar(values) ? '.' : ', or use the likelihood gaussian.'}`;
    return `${reach(values)}, but ${bounded} is about values in [0, 1]. ${advice}`;
  }
  if (least === most) {
    return `All values of the data are ${formatNumber(least)}: there is nothing to learn. Give other data.`;
  }
  if (bounded !== undefined && most < darkest) {
    return `The values of the data reach only from ${formatNumber(least)} to ${formatNumber(most)}, which is nearly black: were they divided by 255 twice? Give uint8 values, or float values in [0, 1].`;
  }
  return undefined;
}

/**
 * A line where values are far from the scale that networks start with. A likelihood of real values
 * takes them as they are, so it is told only of a training that went wrong.
 */
export function describeScale(values: TrainingHealth['values']): string | undefined {
  if (!isFar(values)) return undefined;
  return `${reach(values)}, far from the scale of about 1 that networks start with. ${scaling(values) ?? 'Bring them to a mean of 0 and a standard deviation of 1, or into [0, 1].'}`;
}

/** A line for each kind of mistake in a training's data or model, the most important first. */
export function describeMistakes(training: TrainingHealth): string[] {
  const { values, bounded, activatedLogits, alikeWeights } = training;
  const range = describeRange(values, bounded);
  const [large] = [...training.largeWeights].sort((a, b) => b.gain - a.gain);
  return [
    ...(range ? [range] : []),
    ...(activatedLogits === undefined
      ? []
      : [
          `The decoder ends in ${activatedLogits}, but the likelihood takes logits and applies its own function to them. Leave that activation out.`,
        ]),
    ...(alikeWeights.length === 0
      ? []
      : [
          `The units of ${listed(alikeWeights)} are all the same, as they started the same and so learn the same. Use a random initializer, such as glorotUniform.`,
        ]),
    ...(large ? [describeLarge(large)] : []),
  ];
}

/** A line for weights that are too large to start from. */
export function describeLarge({ name, gain }: LargeWeights): string {
  return `${name} starts with weights so large that its outputs are ${Math.round(gain)} times its inputs. Use an initializer that goes by the number of inputs, such as heNormal or glorotUniform.`;
}

/** A line with advice where a training went wrong; none where it did not, or nothing shows it. */
export function describeCourse(training: TrainingHealth): string[] {
  const { trend, moved, reconstruction } = training;
  const { trained, untrained, examples, standardError } = reconstruction;
  if (trend) return [describeTrend(trend)];
  if (examples < fewestPairs) return [];
  const [gain, doubt] = [untrained - trained, 2 * standardError];
  const share = learntShare * Math.abs(untrained);
  const [before, after] = [formatNumber(untrained), formatNumber(trained)];
  const errors = `its reconstruction error is ${after}, and was ${before} before training`;
  if (gain + doubt < -share) {
    return [
      `The model is worse than before training: ${errors}. The learning rate is too large: divide it by 10.`,
    ];
  }
  if (gain + doubt >= share) return [];
  const little = `The model has learnt hardly anything: ${errors}`;
  return [
    moved < movedShare
      ? `${little}; the weights moved by ${formatNumber(100 * moved)} %. Use a learning rate 10 times as large, or train longer.`
      : `${little}, though the weights moved by ${Math.round(100 * moved)} %. Use a smaller learning rate or another seed.`,
  ];
}
