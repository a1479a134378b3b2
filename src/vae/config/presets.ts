import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { validate } from '../../base/settings/validate.js';
import { elementCount } from '../../base/shape.js';
import { advice } from '../../base/suggest.js';
import {
  describeInput,
  type ExampleOptions,
  type InputKind,
  sequenceSize,
} from '../../data/input.js';
import { likelihoodFromConfig } from '../likelihoods/index.js';
import { namedModelSchema } from './options.js';
import {
  block,
  dense,
  denseEnding,
  double,
  elbo,
  halve,
  quarterSize,
  same,
} from './preset-layers.js';

/** A run as plain data: the content of `config.json`. */
export interface RunConfig {
  readonly model: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

interface Preset {
  /** The name of the preset for people. */
  readonly title: string;
  /** The preset in a few words. */
  readonly about: string;
  /** Number of latents when none are asked for. */
  readonly latent: number;
  /** The kind of examples that it is for, where a shape alone does not say it. */
  readonly kind?: InputKind;
  /** Likelihood by which the decoder's output describes examples; `bernoulli` when left out. */
  readonly likelihood?: unknown;
  /** @param output the shape of the decoder's output: the likelihood's parameters */
  readonly build: (
    input: readonly number[],
    latent: number,
    output: readonly number[],
  ) => RunConfig;
}

/** Options that a preset is built with in the place of its own. */
export interface PresetOptions {
  /** Number of latents; the preset's own number when left out. */
  readonly latent?: number | undefined;
  /**
   * Likelihood by which the decoder's output describes examples, as plain data; `bernoulli` when
   * left out.
   */
  readonly likelihood?: unknown;
  /** Way in which examples are taken; by their shape when left out. */
  readonly example?: ExampleOptions | undefined;
}

/** The tutorial's network: one hidden layer of two units. */
const densePreset: Preset = {
  title: 'Tiny: 2 hidden units (seconds)',
  about: 'one hidden layer of two units: the tutorial, trained in seconds',
  latent: 2,
  build: (input, latent, output) => ({
    model: {
      input,
      latent,
      encoder: [dense(2, 'relu')],
      decoder: denseEnding(output),
      kl: { weight: 0.5, reduction: 'mean' },
    },
    training: {},
  }),
};

const mlp: Preset = {
  title: 'Dense layers',
  about: 'one hidden layer of 512 units on each side',
  latent: 2,
  build: (input, latent, output) => ({
    model: {
      input,
      latent,
      encoder: [dense(512, 'relu')],
      decoder: [dense(512, 'relu'), ...denseEnding(output)],
      kl: elbo,
    },
    training: { batchSize: 128 },
  }),
};

/** The network of Keras's VAE example. */
const conv: Preset = {
  title: 'Convolutional',
  about: "the convolutional network of Keras's VAE example",
  latent: 2,
  build: (input, latent, output) => {
    const [height, width] = quarterSize(input, 'conv');
    return {
      model: {
        input,
        latent,
        encoder: [halve(32), halve(64), dense(16, 'relu')],
        decoder: [
          dense(64 * height * width, 'relu'),
          { type: 'reshape', shape: [64, height, width] },
          double(64),
          double(32),
          { type: 'convTranspose2d', filters: output[0], ...same },
        ],
        kl: elbo,
        // Some seeds let so many of the sixteen ReLU units before the heads die that the latents
        // collapse for good. With this one four live to the end, which is enough for two latents.
        seed: 2,
      },
      training: { batchSize: 128 },
    };
  },
};

/**
 * A high log p(x) in few steps: convolutions learn drawings from fewer examples than dense layers, the flow of Kingma
 * et al. 2016 brings the posterior nearer to the true one, and averaged parameters bear a high learning rate.
 */
const density: Preset = {
  title: 'Convolutional, autoregressive flow',
  about:
    'convolutions and a posterior carried through flows, for a high likelihood of drawings in black and white',
  latent: 40,
  build: (input, latent, output) => {
    const inner = [32, ...quarterSize(input, 'density')];
    return {
      model: {
        input,
        latent,
        encoder: [halve(32, 'silu'), halve(32, 'silu'), dense(256, 'silu')],
        decoder: [
          dense(256, 'silu'),
          dense(elementCount(inner), 'silu'),
          { type: 'reshape', shape: inner },
          double(32, 'silu'),
          double(16, 'silu'),
          { type: 'conv2d', filters: output[0], ...same },
        ],
        objective: { type: 'inverseAutoregressiveFlow' },
      },
      training: {
        batchSize: 100,
        optimizer: { type: 'adam', learningRate: { type: 'cosine', initial: 0.004 } },
        ema: 0.999,
      },
    };
  },
};

/** Pictures are halved until their longer side has at most so many pixels. */
const innermost = 8;

/**
 * Counts how often a picture is halved in height and width: twice, and as often as it is larger
 * than the innermost size and stays a whole number of pixels.
 */
function halvings(height: number, width: number): number {
  let count = 2;
  for (; Math.max(height, width) > innermost << count; count++) {
    const next = 2 << count;
    if (height % next !== 0 || width % next !== 0) break;
  }
  return count;
}

/**
 * Two halvings have a block each. With more halvings, as for larger pictures, only the innermost has one: for
 * 64 × 64 pixels a step then takes 2.5 times fewer multiplications. Outside of blocks many ReLU units would die.
 */
const resnet: Preset = {
  title: 'Residual convolutions',
  about: 'convolutions with residual blocks, for pictures',
  latent: 32,
  build: (input, latent, output) => {
    const size = quarterSize(input, 'resnet').map((quarter) => 4 * quarter) as [number, number];
    const count = halvings(...size);
    const inner = [64, ...size.map((each) => each >> count)];
    const filters = [32, ...Array<number>(count - 1).fill(64)];
    const blocks = filters.map((each, level) =>
      count === 2 || level === count - 1 ? [block(each)] : [],
    );
    const active = count === 2 ? 'relu' : 'silu';
    const inwards = filters.flatMap((each, level) => [halve(each, active), ...blocks[level]!]);
    const outwards = filters.map((_, level) => [
      ...blocks[level]!,
      double(filters[level - 1] ?? 32, active),
    ]);
    return {
      model: {
        input,
        latent,
        encoder: inwards,
        decoder: [
          dense(elementCount(inner)),
          { type: 'reshape', shape: inner },
          ...outwards.toReversed().flat(),
          { type: 'conv2d', filters: output[0], ...same },
        ],
        kl: elbo,
      },
      training: { batchSize: 128 },
    };
  },
};

/** The latents are the length of a code; there is one code a position of a quarter-size image. */
const vq: Preset = {
  title: 'VQ-VAE: a codebook',
  about: 'a VQ-VAE: a codebook in the place of a Gaussian',
  latent: 16,
  build: (input, latent, output) => {
    quarterSize(input, 'vq');
    return {
      model: {
        input,
        latent,
        encoder: [halve(32), halve(64), block(64), { type: 'conv2d', filters: latent, kernel: 1 }],
        decoder: [
          { type: 'conv2d', filters: 64, ...same },
          block(64),
          double(32),
          double(32),
          { type: 'conv2d', filters: output[0], ...same },
        ],
        objective: { type: 'vqVae', codes: 256 },
      },
      training: { batchSize: 128 },
    };
  },
};

/**
 * The layers of TVAE (Xu et al. 2019) with fewer latents: most of its 128 are never used, and training takes
 * long to give them up. A decoder begins with the columns' own distributions, so that without a warm-up of the KL
 * term the latents may never be used: for 50,000 rows of 30 columns none was. TVAE weighs that term by ½.
 */
const tabular: Preset = {
  title: 'Table: 2 layers of 128 units',
  about: 'two dense layers of 128 units on each side, for rows of tables (sized as TVAE)',
  latent: 16,
  build: (input, latent, output) => ({
    model: {
      input,
      latent,
      encoder: [dense(128, 'relu'), dense(128, 'relu')],
      decoder: [dense(128, 'relu'), dense(128, 'relu'), ...denseEnding(output)],
      objective: { type: 'betaVae', beta: { type: 'linear', from: 0.1, to: 1, steps: 500 } },
    },
    training: { batchSize: 500 },
  }),
};

/**
 * Sequences are halved once, and on until they have at most so many steps, which a dense layer then sees
 * as a whole: with fewer, features at a fixed place in all sequences are learnt slowly.
 */
const fewSteps = 96;

/** The numbers of steps that halving leaves, the first of all: a length that is odd is rounded up. */
function halvedLengths(steps: number): number[] {
  const lengths = [steps, Math.ceil(steps / 2)];
  while (lengths.at(-1)! > fewSteps) lengths.push(Math.ceil(lengths.at(-1)! / 2));
  return lengths;
}

/** A window that halves any length, rounded up; transposed, it gives back the even or the odd one. */
const window = { kernel: 5, padding: 2 };

/** Convolutions that halve a sequence of any length, and dense layers over the steps left. */
const sequence: Preset = {
  title: 'Sequence: convolutions along steps',
  about: 'convolutions along the steps and a dense layer on each side, for sequences of any length',
  latent: 16,
  kind: 'sequence',
  likelihood: { type: 'gaussian', variance: 'pixel' },
  build: (input, latent, output) => {
    if (input.length > 2) {
      throw new UserError(
        `The preset sequence takes sequences [steps] or [channels, steps], not [${input.join(', ')}]. Read arrays as such (--sequences), or use the preset mlp.`,
      );
    }
    const { steps } = sequenceSize(input);
    const lengths = halvedLengths(steps);
    const [shortest, ...longer] = lengths.toReversed();
    const filters = longer.map((_, level) => (level === 0 ? 32 : 64));
    const active = [
      { type: 'groupNorm', groups: 8 },
      { type: 'activation', name: 'silu' },
    ];
    const inwards = filters.flatMap((each) => [
      { type: 'conv1d', filters: each, stride: 2, ...window },
      ...active,
    ]);
    const outwards = longer.flatMap((length, i) => [
      {
        type: 'convTranspose1d',
        filters: filters.at(-2 - i) ?? 32,
        stride: 2,
        outputPadding: 1 - (length % 2),
        ...window,
      },
      ...active,
    ]);
    const inner = [filters.at(-1)!, shortest!];
    return {
      model: {
        input,
        latent,
        encoder: [...inwards, dense(256, 'silu')],
        decoder: [
          dense(256, 'silu'),
          dense(elementCount(inner), 'silu'),
          { type: 'reshape', shape: inner },
          ...outwards,
          { type: 'conv1d', filters: elementCount(output) / steps, ...window },
          ...(input.length === 1 ? [{ type: 'reshape', shape: output }] : []),
        ],
        kl: elbo,
      },
      training: { batchSize: 64, optimizer: { type: 'adam', learningRate: 0.002 } },
    };
  },
};

const presets = { dense: densePreset, mlp, conv, resnet, density, vq, tabular, sequence };

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

/** The names of presets for people. */
export const presetTitles = Object.fromEntries(
  presetNames.map((name) => [name, presets[name].title]),
) as Readonly<Record<PresetName, string>>;

/** A preset in a few words. */
export function aboutPreset(name: PresetName): string {
  return presets[name].about;
}

/**
 * The settings of a preset: a run as plain data, whose decoder ends in the likelihood's parameters.
 * @param input shape of one example
 * @throws UserError for an unknown name or likelihood, or when the preset cannot take the shape
 */
export function preset(
  name: string,
  input: readonly number[],
  { latent, likelihood, example: given }: PresetOptions = {},
): RunConfig {
  if (!Object.hasOwn(presets, name)) {
    throw new UserError(`Unknown preset ${quote(name)}. ${advice(name, presetNames)}`);
  }
  const found: Preset = presets[name as PresetName];
  if (found.kind && given?.columns) {
    throw new UserError(
      `The preset ${name} takes numbers that are all alike, not columns of a table. Read rows as sequences (--sequences), or leave the preset out.`,
    );
  }
  const example = found.kind && input.length < 2 ? { ...given, kind: found.kind } : given;
  const usual = example?.columns ? 'table' : found.likelihood;
  const chosen = likelihood ?? usual;
  const checked = validate(namedModelSchema.shape.likelihood, chosen, 'likelihood');
  const output = likelihoodFromConfig(checked, describeInput(input, example)).parameterShape;
  const { model, training } = found.build(input, latent ?? found.latent, output);
  return {
    model: {
      ...model,
      ...(chosen === undefined ? {} : { likelihood: chosen }),
      ...(example === undefined ? {} : { example }),
    },
    training,
  };
}
