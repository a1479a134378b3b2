import { UserError } from '../../base/errors.js';
import { elementCount } from '../../base/shape.js';
import type { InputDescription } from '../../data/input.js';
import {
  add,
  clip,
  concat,
  constant,
  flatten,
  formatShape,
  mean,
  mul,
  oneHot,
  reshape,
  type Shape,
  slice,
  squeeze,
  sub,
  unsqueeze,
  type Value,
  within,
} from '../../graph/index.js';
import { applyLayers, type Layer, type LayerObserver, type Scope } from '../../nn/index.js';
import type { Batch, Terms } from '../../step/index.js';
import { type Draws, hasDensity } from '../bottlenecks/index.js';
import type { ModelConfig, VAEOptions } from '../config/options.js';
import { type Likelihood, likelihoodFromConfig } from '../likelihoods/index.js';
import type { Objective, ObjectiveContext } from '../objectives/index.js';
import { logPosterior, logPrior, ofDraws, type Posterior } from '../posterior.js';
import type { InputView } from './input-view.js';
import { forgetful, objectiveScope } from './scopes.js';
import { viewOf } from './views.js';

/** Latents and, for models that see labels, the labels that go with them. */
export interface Latents {
  /** [batch, ...] */
  readonly z: Value;
  /** int64 [batch] */
  readonly labels?: Value | undefined;
}

/** A draw of each example, [batch, ...latent], and KL(q(z | x) ‖ p(z)) in nats, [batch]. */
export interface DrawWithKl {
  readonly z: Value;
  readonly kl: Value;
}

/** Layers that leave open how their input is laid out. */
const elementwise = ['activation', 'dropout'];

/** A VAE as functions over graph values; parameters come from the scope. */
export class Network {
  readonly likelihood: Likelihood;
  /** View of the examples. */
  readonly view: InputView;

  constructor(
    private readonly options: VAEOptions,
    private readonly config: ModelConfig,
    private readonly input: InputDescription,
    readonly objective: Objective,
  ) {
    this.likelihood = likelihoodFromConfig(config.likelihood, input);
    this.view = viewOf(input, this.likelihood);
    const { support, type } = this.likelihood;
    if (options.sampling && objective.bottleneck.draws) {
      throw new UserError(
        `VAE.sampling: the objective ${objective.type} draws its latents itself. Leave sampling out.`,
      );
    }
    if (input.scaling === 'none' || support === 'real' || support === 'none') return;
    throw new UserError(
      `example.scaling: the likelihood ${type} is about values that are not scaled. Use one of real values, such as gaussian, or leave scaling out.`,
    );
  }

  /** The decoder's last layer, with its path; layers that only shape do not count. */
  get lastLayer(): { readonly path: string; readonly layer: Layer } | undefined {
    const { decoder } = this.options;
    const index = decoder.findLastIndex(({ type }) => !['reshape', 'flatten'].includes(type));
    const layer = decoder[index];
    return layer && { path: `decoder.${index}`, layer };
  }

  /**
   * Tells whether labels come after the flattened image: to a dense layer, channels of labels would
   * add a weight for each pixel and class, where one for each class does the same.
   */
  private get flattensImages(): boolean {
    const { classes, encoderLabels, bottleneck } = this.objective;
    if (classes === undefined) return false;
    if (encoderLabels) return encoderLabels === 'vector';
    const first = this.options.encoder.find(({ type }) => !elementwise.includes(type));
    // Heads flatten, unless latents have positions.
    if (!first) return bottleneck.codes === undefined && bottleneck.type !== 'spatialGaussian';
    return first.type === 'dense' || first.type === 'flatten';
  }

  /** Float images [batch, ...input] as the encoder's layers see them: scaled, with labels where it sees such. */
  seen({ images, labels }: Batch, scope: Scope): Value {
    const x = this.view.features(images, scope);
    return this.withLabels(this.flattensImages ? flatten(x) : x, labels);
  }

  /** The encoding, as the bottleneck has it, of float images [batch, ...input]. */
  encode(batch: Batch, scope: Scope, observe?: LayerObserver): unknown {
    const seen = this.seen(batch, scope);
    const features = applyLayers(this.options.encoder, seen, scope.child('encoder'), observe);
    return this.encodeFeatures(features, seen, scope, observe);
  }

  /** The same of inputs of the encoder's layers that are no examples: [n, ...]. */
  encodePseudoInputs(inputs: Value, scope: Scope): unknown {
    const features = this.pseudoFeatures(inputs, scope);
    return this.encodeFeatures(features, inputs, scope);
  }

  private encodeFeatures(
    features: Value,
    seen: Value,
    scope: Scope,
    observe?: LayerObserver,
  ): unknown {
    return this.objective.bottleneck.encode(features, this.config.latent, scope, {
      seen,
      pseudoFeatures: (inputs) => this.pseudoFeatures(inputs, scope),
      initializer: this.config.headInitializer,
      observe,
    });
  }

  /** The encoder's output for inputs that are no examples, held in the range of examples. */
  private pseudoFeatures(inputs: Value, scope: Scope): Value {
    const { range, scaling } = this.input;
    const isHeld = range && scaling === 'none' && this.likelihood.support !== 'columns';
    const seen = isHeld ? clip(inputs, range[0], range[1]) : inputs;
    return applyLayers(this.options.encoder, seen, forgetful(scope.child('encoder')));
  }

  /**
   * The likelihood's parameters for z [batch, ...]: [batch, ...input], with as many times the
   * channels as the likelihood has numbers a value.
   * @throws UserError when the decoder's output is not of that shape
   */
  decode({ z, labels }: Latents, scope: Scope, observe?: LayerObserver): Value {
    const seen = this.decoderInput({ z, labels }, scope);
    const output = applyLayers(this.options.decoder, seen, scope.child('decoder'), observe);
    const { parameterShape: shape, type } = this.likelihood;
    const wanted = [z.shape[0]!, ...shape];
    if (output.shape.join() !== wanted.join()) {
      const isOne = elementCount(shape) === elementCount(this.config.input);
      const reason = isOne ? "the input's shape asks" : `the likelihood ${type} asks`;
      throw new UserError(
        `The decoder's output is ${formatShape(output.shape)}, but ${reason} for ${formatShape(wanted)}. End the decoder with layers that give it, such as dense(${elementCount(shape)})${shape.length === 1 ? '' : `, reshape([${shape.join(', ')}])`}.`,
      );
    }
    return output;
  }

  /** Latents as the decoder's layers see them, with labels where it sees such. */
  decoderInput({ z, labels }: Latents, scope: Scope): Value {
    const inner = this.objective.bottleneck.toDecoder?.(z, scope) ?? z;
    return this.withLabels(inner, labels);
  }

  /** Decoded examples, [batch, ...input], held in their range. */
  image(latents: Latents, scope: Scope): Value {
    const x = this.likelihood.mean(this.decode(latents, scope), scope.child('likelihood'));
    return this.held(this.view.shown(x, scope));
  }

  /** The same, drawn from p(x | z). @throws UserError when the likelihood is no distribution */
  drawnImage(latents: Latents, scope: Scope): Value {
    const { draw, type } = this.likelihood;
    if (!draw) {
      throw new UserError(
        `The likelihood ${type} is no distribution to draw from. Use the mean, or train with another one, such as gaussian.`,
      );
    }
    const x = draw(this.decode(latents, scope), scope.child('likelihood'));
    return this.held(this.view.shown(x, scope));
  }

  /** Tells whether the likelihood is about values of [0, 1] alone. */
  get isBounded(): boolean {
    const { support } = this.likelihood;
    return support !== 'real' && support !== 'columns' && support !== 'none';
  }

  /** Examples held in their range, where the likelihood does not hold them there. */
  private held(x: Value): Value {
    const { range } = this.input;
    return range && !this.isBounded ? clip(x, range[0], range[1]) : x;
  }

  /** Latents to decode in training: drawn where the bottleneck draws, else the point. */
  sample(encoding: unknown, batch: Batch, scope: Scope): Value {
    const { bottleneck } = this.objective;
    if (bottleneck.draws) return squeeze(this.draws(encoding, 1, batch, scope).z, [1]);
    if (!bottleneck.posterior || !bottleneck.sampling) return bottleneck.point(encoding);
    return this.drawFrom(bottleneck.posterior(encoding), scope);
  }

  private drawFrom(posterior: Posterior, scope: Scope): Value {
    const sampling = this.options.sampling ?? this.objective.bottleneck.sampling!;
    return within({ part: 'sampling' }, () => sampling.apply(posterior, scope.child('sampling')));
  }

  /** Several draws of each example; for bottlenecks with `hasDensity`. */
  draws(encoding: unknown, count: number, batch: Batch, scope: Scope): Draws {
    const { bottleneck } = this.objective;
    if (bottleneck.draws) {
      return bottleneck.draws(encoding, count, {
        scope,
        negativeLogLikelihoods: (z) => this.negativeLogLikelihoods(batch, z, scope),
      });
    }
    const posterior = bottleneck.posterior!(encoding);
    const z = this.drawFrom(ofDraws(posterior, count), scope);
    const { length: rank } = posterior.mean.shape.slice(1);
    return { z, logPosterior: logPosterior(z, posterior), logPrior: logPrior(z, rank) };
  }

  /**
   * One draw of each example, [batch, ...latent], and KL(q(z | x) ‖ p(z)) in nats, [batch]: in closed form where
   * the bottleneck has one, and else by that draw.
   */
  drawWithKl(encoding: unknown, batch: Batch, scope: Scope): DrawWithKl {
    const { kl } = this.objective.bottleneck;
    if (kl) return { z: this.sample(encoding, batch, scope), kl: kl(encoding) };
    return firstOf(this.draws(encoding, 1, batch, scope));
  }

  /** −log p(x | z) in nats of each example: [batch]. */
  negativeLogLikelihood(batch: Batch, z: Value, scope: Scope): Value {
    return this.nats(batch, this.decode({ z, labels: batch.labels }, scope), scope);
  }

  /** The same by the decoder's output. */
  nats({ images }: Batch, parameters: Value, scope: Scope): Value {
    return within({ part: 'likelihood' }, () => {
      const x = this.view.judged(images, scope);
      const own = scope.child('likelihood');
      const nats = this.likelihood.negativeLogLikelihood(x, parameters, own);
      const more = this.view.nats?.(scope);
      return more ? add(nats, more) : nats;
    });
  }

  /** The same for several latents an example, [batch, count, ...latent]: [batch, count]. */
  negativeLogLikelihoods(given: Batch, z: Value, scope: Scope): Value {
    const [batch, count, ...latent] = z.shape as readonly [string, number, ...number[]];
    const rows = repeated(given, count);
    const nats = this.negativeLogLikelihood(rows, reshape(z, [-1, ...latent]), scope);
    return reshape(nats, [batch, count]);
  }

  /** The objective's terms for a batch. */
  terms(batch: Batch, scope: Scope, schedule: (name: string) => Value): Terms {
    return this.objective.terms(this.context(batch, scope, schedule));
  }

  /** Tells whether p(x) of 8-bit images has a bound: not where grays or levels are not told apart. */
  get hasBits(): boolean {
    const { support } = this.likelihood;
    return ['bytes', 'unit', 'real'].includes(support) && hasDensity(this.objective.bottleneck);
  }

  /**
   * The same with `bitsPerDimension`: the negative ELBO with one draw of z, in bits a value of 8-bit
   * images. Models of densities are judged by the values made continuous, (255 x + u) / 256 with u
   * of [0, 1): −log₂ of the density, and 8 bits, bound the bits that the levels take (Theis et al.
   * 2016, §3.1, https://arxiv.org/abs/1511.01844). Without u there is no such bound: a density on
   * the levels alone can be as high as one likes.
   */
  termsWithBits(batch: Batch, scope: Scope, schedule: (name: string) => Value): Terms {
    const context = this.context(batch, scope, schedule);
    const { kl } = this.objective.bottleneck;
    let drawn: DrawWithKl | undefined;
    const one = () => {
      drawn ??= this.drawWithKl(context.encoding, batch, scope);
      return drawn;
    };
    // The objective's own draw, where it has one, costs nothing more.
    const { loss, metrics } = this.objective.terms({
      ...context,
      sample: () => one().z,
      draws(count) {
        const several = context.draws(count);
        drawn ??= { ...firstOf(several), ...(kl && { kl: kl(context.encoding) }) };
        return several;
      },
    });
    const { z, kl: nearness } = one();
    const isMass = this.likelihood.support === 'bytes';
    const { images } = batch;
    const noise = () => scope.child('likelihood').uniform(images.shape);
    const values = isMass ? images : mul(add(mul(images, 255), noise()), 1 / 256);
    const nats = this.negativeLogLikelihood({ ...batch, images: values }, z, scope);
    const bound = mean(add(nats, nearness));
    const dimensions = elementCount(this.config.input);
    const bits = add(mul(bound, 1 / (dimensions * Math.LN2)), isMass ? 0 : 8);
    return { loss, metrics: { ...metrics, bitsPerDimension: bits } };
  }

  private context(batch: Batch, given: Scope, schedule: (name: string) => Value): ObjectiveContext {
    const parameters = new Map<string, Value>();
    const scope = objectiveScope(given, parameters);
    const encoding = this.encode(batch, scope);
    return {
      encoding,
      examples: () => this.comparable(batch, scope),
      sample: () => this.sample(encoding, batch, scope),
      draws: (count) => this.draws(encoding, count, batch, scope),
      negativeLogLikelihood: (z) => this.negativeLogLikelihood(batch, z, scope),
      negativeLogLikelihoods: (z) => this.negativeLogLikelihoods(batch, z, scope),
      decode: (z) =>
        this.likelihood.mean(
          this.decode({ z, labels: batch.labels }, scope),
          scope.child('likelihood'),
        ),
      decoderWeights: () =>
        [...parameters].filter(([name]) => name.startsWith('decoder.')).map(([, value]) => value),
      prior: (z) => scope.child('prior').normal(z.shape),
      schedule,
      datasetSize: () => schedule('datasetSize'),
      network: (path, layers, x) => applyLayers(layers, x, scope.child(path)),
      scope,
    };
  }

  /** Examples that decoded ones can be compared with. @throws UserError when they are rows of a table */
  private comparable({ images }: Batch, scope: Scope): Value {
    if (this.likelihood.support !== 'columns') return this.view.judged(images, scope);
    throw new UserError(
      `The objective ${this.objective.type} compares examples with decoded ones, which rows of a table with categories and gaps cannot be. Use another one, such as vae.`,
    );
  }

  /** A value [batch, channels, ...] with one-hot labels as more channels. */
  private withLabels(x: Value, labels: Value | undefined): Value {
    const { classes } = this.objective;
    if (classes === undefined || !labels) return x;
    const inner = x.shape.slice(2) as readonly number[];
    const channels = unsqueeze(
      oneHot(labels, classes),
      inner.map((_, i) => i + 2),
    );
    if (inner.length === 0) return concat([x, channels], 1);
    const ones = new Float32Array(elementCount(inner)).fill(1);
    return concat([x, mul(channels, constant(ones, [1, 1, ...inner]))], 1);
  }
}

/** The first of several draws, with the KL divergence by it. */
function firstOf({ z, logPosterior, logPrior }: Draws): DrawWithKl {
  const first = (x: Value) => squeeze(slice(x, [{ axis: 1, end: 1 }]), [1]);
  return { z: first(z), kl: first(sub(logPosterior, logPrior)) };
}

/** A batch with each example `count` times in sequence. */
export function repeated({ images, labels }: Batch, count: number): Batch {
  return {
    images: repeatRows(images, count),
    ...(labels ? { labels: repeatRows(labels, count) } : {}),
  };
}

/** Each row of [batch, ...] `count` times in sequence: [count · batch, ...]. */
function repeatRows(x: Value, count: number): Value {
  if (count === 1) return x;
  const apart = unsqueeze(x, [1]);
  const copies = concat(
    Array.from({ length: count }, () => apart),
    1,
  );
  return reshape(copies, [-1, ...(x.shape.slice(1) as Shape)]);
}
