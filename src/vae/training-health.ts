import type { Tensor } from 'onnxruntime-common';
import { activationOf } from '../nn/index.js';
import { formatNumber } from '../report/number.js';
import type { ParameterSpec } from '../step/index.js';
import type { EpochMetrics } from '../training/index.js';
import type { Likelihood } from './likelihoods/index.js';
import { describeTrend, type LossTrend, lossTrend } from './loss-trend.js';
import type { Network } from './model/network.js';
import { alikeWeights, type LargeWeights, largeWeights, movedWeights } from './weights.js';

/** A model that is better by less than this part of its error has learnt nothing. */
const learntShare = 0.01;

/** Weights that moved by less than this part of their size have hardly been trained. */
const movedShare = 0.05;

/** No image is as dark as this, which 8-bit values divided by 255 twice are. */
const darkest = 0.005;

/** How a training went, by signs of mistakes that are often made. */
export interface TrainingHealth {
  /** Absent where losses fell, and where a schedule changes what the loss is. */
  readonly trend?: LossTrend;
  /** How far the weights are from their initial values, as a part of how large these are. */
  readonly moved: number;
  /** −log p(x | z) of an example at the posterior's mean, and what it was with initial values. */
  readonly reconstruction: { readonly trained: number; readonly untrained: number };
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
  return ['real', 'none'].includes(support) ? undefined : type;
}

/** Likelihoods whose parameters are logits. */
const takesLogits = ['bernoulli', 'continuousBernoulli', 'categorical'];

/** The function that the decoder applies to logits at its end, where it does. */
function activatedLogits({ likelihood, lastLayer }: Network): string | undefined {
  const activation = lastLayer && activationOf(lastLayer.layer);
  return activation !== 'linear' && takesLogits.includes(likelihood.type) ? activation : undefined;
}

/** What the model is, and what was measured of it. */
interface Trained {
  readonly specs: readonly ParameterSpec[];
  /** The parameters as they were drawn, and as they are. */
  readonly initial: Readonly<Record<string, Tensor>>;
  readonly values: Readonly<Record<string, Tensor>>;
  readonly network: Network;
  /** The epochs, where no schedule changes what the loss is. */
  readonly losses: readonly EpochMetrics[];
  readonly images: Tensor;
  /** −log p(x | z) of some examples now, and with the initial parameters. */
  readonly errors: { readonly trained: Tensor; readonly untrained: Tensor };
}

/** How a training went. */
export function trainingHealth(trained: Trained): TrainingHealth {
  const { specs, initial, values, network, errors } = trained;
  const trend = lossTrend(trained.losses);
  const bounded = boundedName(network.likelihood);
  const activation = activatedLogits(network);
  return {
    ...(trend ? { trend } : {}),
    moved: movedWeights(specs, initial, values),
    reconstruction: {
      trained: meanOf(errors.trained),
      untrained: meanOf(errors.untrained),
    },
    largeWeights: largeWeights(specs, initial),
    alikeWeights: alikeWeights(specs, values),
    values: rangeOf(trained.images),
    ...(bounded ? { bounded } : {}),
    ...(activation ? { activatedLogits: activation } : {}),
  };
}

/** The mean of a tensor's values. */
export function meanOf({ data }: Tensor): number {
  const values = data as Float32Array;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A line, with what to do, where examples are not as the likelihood takes them to be. */
export function describeRange(
  { least, most }: TrainingHealth['values'],
  bounded: string | undefined,
): string | undefined {
  const range = `from ${formatNumber(least)} to ${formatNumber(most)}`;
  if (bounded !== undefined && (least < 0 || most > 1)) {
    const advice =
      least >= 0 && most > 2 && most <= 255
        ? 'Divide them by 255, or give them as uint8.'
        : 'Bring them into [0, 1], or use the likelihood gaussian.';
    return `The values of the data reach ${range}, but ${bounded} is about values in [0, 1]. ${advice}`;
  }
  if (least === most) {
    return `All values of the data are ${formatNumber(least)}: there is nothing to learn. Give other data.`;
  }
  if (bounded !== undefined && most < darkest) {
    return `The values of the data reach only ${range}, which is nearly black: were they divided by 255 twice? Give uint8 values, or float values in [0, 1].`;
  }
  return undefined;
}

/** A line for weights that are too large to start from. */
export function describeLarge({ name, gain }: LargeWeights): string {
  return `${name} starts with weights so large that its outputs are ${Math.round(gain)} times its inputs. Use an initializer that goes by the number of inputs, such as heNormal or glorotUniform.`;
}

/** One line a finding, each with what to do. */
export function describeTraining(training: TrainingHealth): string[] {
  const { trend, moved, reconstruction, values, bounded, activatedLogits } = training;
  const lines = training.largeWeights.map(describeLarge);
  const alike = training.alikeWeights.join(', ');
  if (alike !== '') {
    lines.push(
      `The units of ${alike} are all the same, as they started the same and so learn the same. Use a random initializer, such as glorotUniform.`,
    );
  }
  const range = describeRange(values, bounded);
  if (range) lines.push(range);
  if (activatedLogits !== undefined) {
    lines.push(
      `The decoder ends in ${activatedLogits}, but the likelihood takes logits and applies its own function to them. Leave that activation out.`,
    );
  }
  // What is said above is why.
  if (lines.length > 0) return lines;
  const { trained, untrained } = reconstruction;
  const learnt = (untrained - trained) / Math.abs(untrained);
  const [before, after] = [formatNumber(untrained), formatNumber(trained)];
  if (trend) return [describeTrend(trend)];
  if (learnt >= learntShare) return [];
  const errors = `its reconstruction error is ${after}, and was ${before} before training`;
  if (learnt < -learntShare) {
    return [
      `The model is worse than before training: ${errors}. The learning rate is too large: divide it by 10.`,
    ];
  }
  const little = `The model has learnt hardly anything: ${errors}`;
  return [
    moved < movedShare
      ? `${little}; the weights moved by ${formatNumber(100 * moved)} %. Use a learning rate 10 times as large, or train longer.`
      : `${little}, though the weights moved by ${Math.round(100 * moved)} %. Use a smaller learning rate or another seed.`,
  ];
}
