import { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../../data/dataset.js';
import type { Values } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Batch } from '../../step/index.js';
import type { BuiltModel } from '../model/built.js';
import { checkLatents } from '../model/checks.js';
import type { ImageOptions, Present } from '../model/engine.js';
import type { LabelOptions } from '../model/examples.js';

/** The latents that an encoder gives for examples, float32 unless it says else. */
export interface Encoding {
  /**
   * [N, latent]: the posterior's mean, or the point that a deterministic encoder gives; with a
   * codebook the codes' vectors, [N, latent, ...positions].
   */
  readonly mean: Tensor;
  /**
   * Logarithm of the variance, of the mean's shape; −Infinity where the encoder gives none, being
   * deterministic or no Gaussian.
   */
  readonly logVariance: Tensor;
  /**
   * Numbers of the codebook's vectors, where there is one: int64 [N, ...positions]; of several a
   * position [N, depth, ...positions].
   */
  readonly codes?: Tensor;
  /** Concentration κ of a von Mises–Fisher posterior, [N, 1]. */
  readonly concentration?: Tensor;
}

/** The encoder as a function of a batch. */
export const encoding =
  ({ network, objective }: BuiltModel) =>
  (batch: Batch, scope: Scope): Values =>
    objective.bottleneck.outputs(network.encode(batch, scope));

/** The decoder as a function of latents. */
export const decoding =
  ({ network }: BuiltModel) =>
  ({ z, label }: Values, scope: Scope): Values => ({
    image: network.image({ z: z!, labels: label }, scope),
  });

export async function encode(
  { engine, model, tensors }: Present,
  images: Tensor | Dataset,
  { labels }: LabelOptions,
): Promise<Encoding> {
  const outputs = await engine.mapAll(tensors, 'encode', images, labels, encoding(model));
  const { codes, concentration } = outputs;
  const mean = (outputs.mean ?? outputs.z)!;
  const pointVariance = () =>
    new Tensor('float32', new Float32Array(mean.size).fill(-Infinity), mean.dims);
  return {
    mean,
    logVariance: outputs.log_variance ?? pointVariance(),
    ...(codes ? { codes } : {}),
    ...(concentration ? { concentration } : {}),
  };
}

export async function decode(
  { engine, model, tensors }: Present,
  z: Tensor,
  { labels, shrink }: LabelOptions & ImageOptions,
): Promise<Tensor> {
  checkLatents(z, model.latentShape);
  const { image } = await engine.mapLatents(tensors, 'decode', z, labels, decoding(model), {
    shrink,
  });
  return image!;
}

export async function reconstruct(
  { engine, model, tensors }: Present,
  images: Tensor | Dataset,
  { labels, shrink }: LabelOptions & ImageOptions,
): Promise<Tensor> {
  const { network, objective } = model;
  const { reconstruction } = await engine.mapAll(
    tensors,
    'reconstruct',
    images,
    labels,
    (batch, scope) => {
      const z = objective.bottleneck.point(network.encode(batch, scope));
      return { reconstruction: network.image({ z, labels: batch.labels }, scope) };
    },
    { shrink },
  );
  return reconstruction!;
}
