import { UserError } from '../data/errors.js';
import { add, formatShape, mean, type Value } from '../graph/index.js';
import { applyLayers, dense, type LayerObserver, type Scope } from '../nn/index.js';
import type { Batch, Terms } from '../training/index.js';
import { type Likelihood, likelihoods } from './likelihoods/index.js';
import type { ModelConfig, VAEOptions } from './options.js';
import { klTerm, type Posterior, sampling } from './posterior.js';

/** A VAE as functions over graph values; parameters come from the scope. */
export class Network {
  readonly likelihood: Likelihood;

  constructor(
    private readonly options: VAEOptions,
    private readonly config: ModelConfig,
  ) {
    this.likelihood = likelihoods[config.likelihood];
  }

  /** q(z | x) of float images [batch, ...input]. */
  encode(images: Value, scope: Scope, observe?: LayerObserver): Posterior {
    const hidden = applyLayers(this.options.encoder, images, scope.child('encoder'), observe);
    const head = (name: string) => {
      const layer = dense(this.config.latent);
      const output = layer.apply(hidden, scope.child(name));
      observe?.(name, layer, output);
      return output;
    };
    return { mean: head('mean'), logVariance: head('logVariance') };
  }

  /**
   * The likelihood's parameters for z [batch, latent].
   * @throws UserError when the decoder's output is not of the input's shape
   */
  decode(z: Value, scope: Scope, observe?: LayerObserver): Value {
    const output = applyLayers(this.options.decoder, z, scope.child('decoder'), observe);
    const wanted = ['batch', ...this.config.input];
    if (output.shape.join() !== wanted.join()) {
      throw new UserError(
        `The decoder's output is ${formatShape(output.shape)}, but the input's shape asks for ${formatShape(wanted)}. End the decoder with layers that give it, such as dense(${this.config.input.reduce((a, b) => a * b, 1)}), reshape([${this.config.input.join(', ')}]).`,
      );
    }
    return output;
  }

  /** Decoded images in [0, 1], [batch, ...input]. */
  image(z: Value, scope: Scope): Value {
    return this.likelihood.mean(this.decode(z, scope));
  }

  /** A draw of z from the posterior. */
  sample(posterior: Posterior, scope: Scope): Value {
    return (this.options.sampling ?? sampling).apply(posterior, scope.child('sampling'));
  }

  /**
   * The loss of a batch: the mean over its examples of −log p(x | z), plus the KL term.
   * @param klWeight a scalar
   */
  terms({ images }: Batch, scope: Scope, klWeight: Value): Terms {
    const posterior = this.encode(images, scope);
    const decoded = this.decode(this.sample(posterior, scope), scope);
    const reconstruction = mean(this.likelihood.negativeLogLikelihood(images, decoded));
    const kl = klTerm(posterior, klWeight, this.config.kl.reduction);
    return { loss: add(reconstruction, kl), metrics: { reconstruction, kl } };
  }
}
