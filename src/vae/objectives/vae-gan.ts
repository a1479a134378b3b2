import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import {
  add,
  greater,
  less,
  maximum,
  mean,
  minimum,
  mul,
  not,
  or,
  square,
  stopGradient,
  sub,
  sum,
  type Value,
  where,
} from '../../graph/index.js';
import {
  activation,
  conv2d,
  dense,
  groupNorm,
  type Layer,
  rmsprop,
  scheduleSchema,
} from '../../nn/index.js';
import { gaussian } from '../bottlenecks/index.js';
import { meanKl, type Posterior } from '../posterior.js';
import { discriminator, saysNo, saysYes } from './discriminator.js';
import { defineObjective, type ObjectiveContext } from './objective.js';

/** Options for building a discriminator of examples. */
interface DiscriminatorOptions {
  readonly channels: readonly number[];
  readonly hidden: readonly number[];
  readonly layer?: number | undefined;
}

/** The discriminator in two parts: up to the features that are compared, and from there to a logit. */
interface Parts {
  readonly features: readonly Layer[];
  readonly verdict: readonly Layer[];
}

/** A hidden layer: normalized, except the first one, and rectified. */
const block = (linear: Layer, isFirst: boolean): readonly Layer[] => [
  linear,
  ...(isFirst ? [] : [groupNorm(1)]),
  activation('relu'),
];

/**
 * The discriminator of the paper's table 1: convolutions of 5 × 5 pixels, each but the first of stride 2, and
 * dense layers. The paper's 32, 128, 256 and 256 channels are for graphics processors and 64 × 64 pixels. Examples
 * that are no pictures have dense layers alone.
 * @throws UserError when there are fewer hidden layers than `layer`
 */
function partsOf(shape: readonly unknown[], options: DiscriminatorOptions): Parts {
  const isPicture = shape.length === 4;
  const convolutions = (isPicture ? options.channels : []).map((channels, i) =>
    conv2d(channels, { kernel: 5, stride: i === 0 ? 1 : 2, padding: 'same' }),
  );
  const linear = [...convolutions, ...options.hidden.map((units) => dense(units))];
  const { layer = convolutions.length || linear.length } = options;
  if (layer > linear.length) {
    throw new UserError(
      `vaeGan.layer: the discriminator has ${linear.length} hidden layers, so there is no layer ${layer}. Give one of these, or more channels or hidden layers.`,
    );
  }
  const blocks = linear.map((each, i) => block(each, i === 0));
  return {
    features: blocks.slice(0, layer).flat(),
    verdict: [...blocks.slice(layer).flat(), dense(1)],
  };
}

/** The loss of a player that moves where `isMoving`, a bool, holds: elsewhere its gradient is 0. */
function whileMoving(loss: Value, isMoving: Value): Value {
  return where(isMoving, loss, stopGradient(loss));
}

/**
 * The moves of decoder and discriminator, by the discriminator's mean losses of real and of made examples. As in
 * the authors' code the discriminator pauses where it finds one of both too easy, the decoder where it finds one too
 * hard, and none where both would.
 */
function moving(real: Value, made: Value, equilibrium: number, margin: number) {
  const isAhead = less(minimum(real, made), equilibrium - margin);
  const isBehind = greater(maximum(real, made), equilibrium + margin);
  return {
    decoder: or(not(isBehind), isAhead),
    discriminator: or(not(isAhead), isBehind),
  };
}

/** ½ ‖a − b‖² of each example's features, the mean over the batch: a scalar. */
function featureError(a: Value, b: Value): Value {
  const axes = a.shape.map((_, axis) => axis).slice(1);
  return mul(mean(sum(square(sub(a, b)), { axes })), 0.5);
}

/**
 * The VAE/GAN (Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", 2016, algorithm 1,
 * https://arxiv.org/abs/1512.09300). A discriminator tells examples x from reconstructions x̃ and from decoded draws
 * x_p of the prior: L_GAN = log D(x) + log (1 − D(x̃)) + log (1 − D(x_p)). Three players move at once:
 * - `model`, the encoder: KL(q(z | x) ‖ p(z)) + L_l, where L_l is −log of a Gaussian of variance 1, but for its
 *   constant, of the features of x in the discriminator's layer l around the features of x̃
 * - `decoder`: γ · L_l + L_GAN
 * - `discriminator`: −L_GAN, by RMSprop of the rate 3e-4 as in the paper
 *
 * The metric `reconstruction` is L_l, and `pixels` is −log p(x | z) in nats, which nothing is trained on: a spread
 * that the likelihood would train stays as it began. Layers of the discriminator are normalized within each example
 * in the place of over the batch (Gulrajani et al. 2017, §4, https://arxiv.org/abs/1704.00028), so that its output
 * for an example does not depend on the others. As in the authors' code
 * (https://github.com/andersbll/autoencoding_beyond_pixels) a player pauses while the other one is far behind, which
 * algorithm 1 does not say; γ is from 1e-6 to 1e-5 there.
 */
export const vaeGan = defineObjective(
  'vaeGan',
  z
    .strictObject({
      gamma: scheduleSchema
        .default(0.1)
        .describe("γ: the factor before the reconstruction in the decoder's loss."),
      channels: z
        .array(z.int().min(1))
        .default([16, 32, 64])
        .describe("Channels of the discriminator's convolutions, for pictures."),
      hidden: z
        .array(z.int().min(1))
        .min(1)
        .default([512])
        .describe("Units of the discriminator's dense hidden layers."),
      equilibrium: z
        .number()
        .positive()
        .default(0.68)
        .describe(
          "The discriminator's loss, in nats, of what is real or made, where it and the decoder are as good as each other.",
        ),
      margin: z
        .number()
        .positive()
        .default(0.35)
        .describe('How far from there it has to be for one of them to pause; 100 for never.'),
      layer: z
        .int()
        .min(1)
        .optional()
        .describe(
          'l: the hidden layer of the discriminator by which reconstructions are compared; the last convolution when left out, or the last layer where there is none.',
        ),
    })
    .describe(
      'Reconstructions compared by the features of a discriminator, which examples, reconstructions and draws are told apart by (Larsen et al. 2016).',
    ),
  ({ gamma, equilibrium, margin, ...options }) => ({
    bottleneck: gaussian,
    schedules: { gamma },
    players: [
      { name: 'decoder', owns: ['decoder'] },
      { name: discriminator, owns: [discriminator], optimizer: rmsprop({ learningRate: 3e-4 }) },
    ],
    terms(context: ObjectiveContext<Posterior>) {
      const { encoding, network, decode, schedule } = context;
      const x = context.examples();
      const latents = context.sample();
      const { features, verdict } = partsOf(x.shape, options);
      const featuresOf = (examples: Value) =>
        network(`${discriminator}.features`, features, examples);
      const judge = (seen: Value) => network(`${discriminator}.verdict`, verdict, seen);
      const [real, again] = [featuresOf(x), featuresOf(decode(latents))];
      const drawn = featuresOf(decode(context.prior(latents)));
      const reconstruction = featureError(real, again);
      const kl = meanKl(encoding);
      const yes = saysYes(judge(real));
      const made = add(saysNo(judge(again)), saysNo(judge(drawn)));
      const moves = moving(yes, mul(made, 0.5), equilibrium, margin);
      const weighted = mul(reconstruction, schedule('gamma'));
      return {
        loss: add(reconstruction, kl),
        losses: {
          decoder: whileMoving(sub(weighted, made), moves.decoder),
          [discriminator]: whileMoving(add(yes, made), moves.discriminator),
        },
        metrics: { reconstruction, kl, pixels: mean(context.negativeLogLikelihood(latents)) },
      };
    },
  }),
);
