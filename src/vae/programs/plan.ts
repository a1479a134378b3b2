import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import type { LayerConfig } from '../../nn/index.js';
import { parametersOf } from '../../step/index.js';
import type { BuiltModel } from '../model/built.js';
import type { Tensors } from '../samplers/index.js';
import { encoding } from '../uses/infer.js';
import type { FittedSampler } from '../uses/sample.js';
import type { ProgramTarget } from './target.js';

/** A layer with all facts that a program of another ecosystem needs; shapes are of one example. */
export interface PlannedLayer {
  /** `encoder.2.0` */
  readonly path: string;
  readonly type: string;
  readonly options: LayerConfig;
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** Layers inside of it. */
  readonly layers: readonly PlannedLayer[];
}

/** Options of a kind, as plain data. */
export type Options = Readonly<Record<string, unknown>>;

/** A trained model, as the source of programs of other ecosystems; shapes are of one example. */
export interface Plan {
  readonly model: BuiltModel;
  readonly tensors: Tensors;
  readonly encoder: readonly PlannedLayer[];
  readonly decoder: readonly PlannedLayer[];
  /** An example as the encoder's layers see it, with labels. */
  readonly seen: readonly number[];
  /** The encoder's output. */
  readonly features: readonly number[];
  /** Latents as the decoder's layers see them, with labels. */
  readonly decoderInput: readonly number[];
  /** Names of the encoder's outputs: `mean`, `log_variance`. */
  readonly outputs: readonly string[];
  /** Options of the objective, or of the inner one where it is conditional. */
  readonly objective: Options;
  /** Draws latents: the sampler that was fitted, or else the prior; undefined where there is none. */
  readonly sampler: FittedSampler | undefined;
}

/** Refuses a part of a model. @throws UserError always */
export function refuse(target: ProgramTarget, part: string, reason: string): never {
  throw new UserError(
    `${part} cannot be exported to ${target}: ${reason}. Use --to onnxruntime-web, or the run's encoder.onnx and decoder.onnx, which hold all.`,
  );
}

/** The piece of code that writes a model's bottleneck, from a table by type. @throws UserError when there is none */
export function bottleneckWriter<Write>(
  target: ProgramTarget,
  { model }: Plan,
  writers: Readonly<Record<string, Write>>,
): Write {
  const { bottleneck, type } = model.objective;
  return (
    writers[bottleneck.type] ??
    refuse(target, `The objective ${type}`, 'there is no program for its latents')
  );
}

/** The tensor of a layer. @param name the last part of its name */
export const tensorOf = ({ tensors }: Plan, { path }: PlannedLayer, name: string): Tensor =>
  tensors[`${path}.${name}`]!;

/** Layers with their shapes, found by path. */
function planLayers(
  layers: readonly LayerConfig[],
  path: string,
  input: readonly number[],
  shapes: ReadonlyMap<string, readonly number[]>,
): PlannedLayer[] {
  let before = input;
  return layers.map(({ type, layers: inner = [], ...options }, i) => {
    const own = `${path}.${i}`;
    const layer = {
      ...{ path: own, type: String(type), options, input: before, output: shapes.get(own)! },
      layers: planLayers(inner as readonly LayerConfig[], own, before, shapes),
    };
    before = layer.output;
    return layer;
  });
}

/** The objective's options, or the inner one's where it is conditional. */
function objectiveOptions({ type, objective, ...options }: Options): Options {
  if (type !== 'conditional') return options;
  return objectiveOptions((objective ?? {}) as Options);
}

/** Facts of a model that programs need. @param fitted the sampler that was fitted to its latents */
export function planOf(
  model: BuiltModel,
  tensors: Tensors,
  fitted: FittedSampler | undefined,
): Plan {
  const { config, network, objective } = model;
  const shapes = new Map<string, readonly number[]>();
  const inner = (shape: readonly (number | string)[]) => shape.slice(1) as number[];
  const ends = { seen: [] as number[], decoderInput: [] as number[], outputs: [] as string[] };
  parametersOf(model.exampleSpecs(), (inputs, scope) => {
    const batch = model.batchOf(inputs);
    const { labels } = batch;
    ends.seen = inner(network.seen(batch, scope).shape);
    ends.outputs = Object.keys(encoding(model)(batch, scope));
    const found = network.encode(batch, scope, (path, _, { shape }) => {
      shapes.set(path, inner(shape));
    });
    const z = objective.bottleneck.point(found);
    ends.decoderInput = inner(network.decoderInput({ z, labels }, scope).shape);
    const decoded = network.decode({ z, labels }, scope, (path, _, { shape }) => {
      shapes.set(path, inner(shape));
    });
    return { decoded };
  });
  const encoder = planLayers(config.encoder, 'encoder', ends.seen, shapes);
  const { prior } = objective.bottleneck;
  return {
    ...{ model, tensors, encoder, ...ends },
    decoder: planLayers(config.decoder, 'decoder', ends.decoderInput, shapes),
    features: encoder.at(-1)?.output ?? ends.seen,
    objective: objectiveOptions((config.objective ?? {}) as Options),
    sampler: fitted ?? (prior && { sampler: prior, tensors: {} }),
  };
}
