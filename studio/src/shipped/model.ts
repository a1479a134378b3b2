import type { Tensor } from 'onnxruntime-common';
import { decodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import type { EpochMetrics } from '../../../src/training/index.js';
import type { ModelConfig, Summary } from '../../../src/vae/index.js';
import type { Numbers } from '../model/numbers.js';
import { openShipped, readShipped, type ShippedName } from '../runs/shipped.js';
import { DenseNetwork } from './dense-network.js';

/** The answer of the encoder for one image, with the values of its layers. */
export interface Encoded {
  readonly layers: readonly Float32Array[];
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

/** An image, and the values of the layers that made it; the last layer's are logits. */
export interface Decoded {
  readonly layers: readonly Float32Array[];
  /** Probabilities of white pixels. */
  readonly image: Float32Array;
}

/** The posteriors of test digits. */
export interface Posteriors {
  /** The means, x and y of each in turn. */
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
  readonly labels: Uint8Array;
}

/** A model that comes with the page, with two latents. */
export interface ShippedModel {
  readonly name: ShippedName;
  readonly beta: number;
  readonly config: ModelConfig;
  readonly summary: Summary;
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** The numbers of its last epoch, in nats. */
  readonly metrics: EpochMetrics;
  readonly posteriors: Posteriors;
  encode(image: Float32Array): Encoded;
  decode(z: Float32Array): Decoded;
}

/** Test digits, of each class in turn: the first of the digits with posteriors. */
export interface Digits {
  /** [N, 1, 28, 28], bytes. */
  readonly images: Numbers;
  readonly labels: Uint8Array;
}

const models = new Map<ShippedName, Promise<ShippedModel>>();

/** A model that comes with the page; it is read once. @throws UserError when it is not there */
export function shippedModel(name: ShippedName): Promise<ShippedModel> {
  const known = models.get(name) ?? read(name);
  models.set(name, known);
  known.catch(() => models.delete(name));
  return known;
}

async function read(name: ShippedName): Promise<ShippedModel> {
  const file = `${name}/posteriors.safetensors.gz`;
  const [run, posteriors, layers] = await Promise.all([
    openShipped(name),
    readShipped(file),
    readShipped(`${name}/layers.json`),
  ]);
  const { tensors: parameters } = decodeSafetensors(run.parameters, name);
  const { mean, logVariance, labels } = decodeSafetensors(posteriors, file).tensors;
  const config = run.config.model as ModelConfig & Readonly<Record<'encoder' | 'decoder', []>>;
  const encoder = DenseNetwork.of('encoder', config.encoder, parameters);
  const decoder = DenseNetwork.of('decoder', config.decoder, parameters);
  const heads = ['mean', 'logVariance'].map((path) => DenseNetwork.head(path, parameters));
  return {
    name,
    beta: Number(config.objective?.beta),
    config,
    summary: JSON.parse(new TextDecoder().decode(layers)) as Summary,
    parameters,
    metrics: run.metrics.at(-1)!,
    posteriors: {
      mean: mean!.data as Float32Array,
      logVariance: logVariance!.data as Float32Array,
      labels: labels!.data as Uint8Array,
    },
    encode(image) {
      const layers = encoder.run(image);
      const [means, logVariances] = heads.map((head) => head.run(layers.at(-1)!)[0]!);
      return { layers, mean: means!, logVariance: logVariances! };
    },
    decode(z) {
      const layers = decoder.run(z);
      return { layers, image: layers.at(-1)!.map((logit) => 1 / (1 + Math.exp(-logit))) };
    },
  };
}

/** The digits that come with the page. @throws UserError when they are not there */
export async function shippedDigits(): Promise<Digits> {
  const file = 'digits.safetensors.gz';
  const { images, labels } = decodeSafetensors(await readShipped(file), file).tensors;
  return {
    images: { data: images!.data as Uint8Array, dims: images!.dims },
    labels: labels!.data as Uint8Array,
  };
}
