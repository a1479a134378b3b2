import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { validate } from '../../base/settings/validate.js';
import { elementCount } from '../../base/shape.js';
import { version } from '../../base/version.js';
import type { DataDescription } from '../../data/description.js';
import { descriptionSchema } from '../../data/description-schema.js';
import type { Layer } from '../../nn/index.js';
import { type HubOptions, judgementFile, RunFolder } from '../../runs/index.js';
import { fromConfig, type VAEOptions } from '../config/options.js';
import type { BuiltModel } from '../model/built.js';
import type { Present } from '../model/engine.js';
import type { Objective } from '../objectives/index.js';
import { samplerFromConfig } from '../samplers/index.js';
import { decoderModel, encoderModel } from './export.js';
import type { FittedSampler } from './sample.js';

/** The code of a saved model, which is not in its files. */
export interface LoadOptions {
  /** The custom layers the model was built with, by name. */
  readonly layers?: Readonly<Record<string, Layer>>;
  /** The sampling layer, when it is not the default. */
  readonly sampling?: VAEOptions['sampling'];
  /** The objective, when it is not one of vaekit's. */
  readonly objective?: Objective;
  /** Options for reaching the Hub, for runs that are there; from the user's environment when left out. */
  readonly hub?: HubOptions;
}

/** A tensor as a file announces it. */
interface Announced {
  readonly key: string;
  readonly type: string;
  readonly shape: readonly number[];
}

const parametersFile = 'parameters.safetensors';
const samplerFile = 'sampler.safetensors';

/** The facts of a model that are written beside its tensors. */
export interface SavedConfig {
  readonly training: Readonly<Record<string, unknown>>;
  readonly fitted?: FittedSampler | undefined;
  readonly trainedOn?: DataDescription | undefined;
}

/** Writes how a model is built. */
export function writeConfig(
  folder: RunFolder,
  model: BuiltModel,
  { training, fitted, trainedOn }: SavedConfig,
): Promise<void> {
  const sampler = fitted && { type: fitted.sampler.type, ...fitted.sampler.options };
  return folder.writeConfig({
    vaekit: version,
    model: model.config,
    training,
    ...(sampler ? { sampler } : {}),
    ...(trainedOn ? { trainedOn } : {}),
  });
}

/**
 * Writes a model into a run folder. Even when the writing is broken off, the files there belong together.
 * @param signal ends the writing between two files
 */
export async function writeModel(
  folder: RunFolder,
  { model, tensors }: Omit<Present, 'engine'>,
  saved: SavedConfig,
  signal?: AbortSignal,
): Promise<void> {
  // Figures of other parameters, or of another sampler.
  await folder.remove(samplerFile, judgementFile);
  await writeConfig(folder, model, saved);
  await folder.remove('encoder.onnx', 'decoder.onnx');
  await folder.writeParameters(tensors);
  if (saved.fitted && Object.keys(saved.fitted.tensors).length > 0) {
    await folder.writeTensors(samplerFile, saved.fitted.tensors);
  }
  signal?.throwIfAborted();
  await folder.write('encoder.onnx', encoderModel(model, tensors));
  signal?.throwIfAborted();
  await folder.write('decoder.onnx', decoderModel(model, tensors));
}

/** Writes a model into a new run folder. @throws UserError when there is a run already */
export async function saveModel(
  path: string,
  present: Omit<Present, 'engine'>,
  saved: SavedConfig,
): Promise<RunFolder> {
  const folder = await RunFolder.create(path);
  await writeModel(folder, present, saved);
  return folder;
}

/** The options of a model that plain data describes, with the code that is none. */
export function optionsOf(model: unknown, configName: string, options: LoadOptions): VAEOptions {
  const plain = options.objective ? { ...(model as object), objective: undefined } : model;
  return {
    ...fromConfig(plain, `${configName}: model`, options.layers),
    ...(options.objective ? { objective: options.objective } : {}),
    ...(options.sampling ? { sampling: options.sampling } : {}),
  };
}

/** @throws UserError when tensors are not just the model's parameters */
export function requireParameters(
  model: BuiltModel,
  announced: readonly Announced[],
  file: string,
): void {
  const names = new Set(announced.map(({ key }) => key));
  const missing = model.specs.find((spec) => !names.has(spec.name));
  const wrong = missing
    ? `there is no ${missing.name}.`
    : announced.map(({ key, type, shape }) => model.misfit(key, type, shape)).find(Boolean);
  if (wrong) throw new UserError(`${file}: ${wrong} Give a run whose files belong together.`);
}

/** The tensors of a run's model. @throws UserError when the file is wrong */
export function readParameters(
  folder: RunFolder,
  model: BuiltModel,
): Promise<Record<string, Tensor>> {
  const bytes = model.specs.reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
  return folder.readParameters(bytes, (announced) =>
    requireParameters(model, announced, folder.file(parametersFile)),
  );
}

/** The sampler that was fitted to a run's latents; undefined where there is none. */
export async function readSampler(
  folder: RunFolder,
  config: Readonly<Record<string, unknown>>,
): Promise<FittedSampler | undefined> {
  if (config.sampler === undefined) return undefined;
  const sampler = samplerFromConfig(config.sampler, `${folder.file('config.json')}: sampler`);
  return { sampler, tensors: sampler.fit ? await folder.readTensors(samplerFile) : {} };
}

/** Facts of the data that a run was trained on; undefined where it keeps none. @throws UserError */
export function readTrainedOn(
  config: Readonly<Record<string, unknown>>,
  name: string,
): DataDescription | undefined {
  if (config.trainedOn === undefined) return undefined;
  return validate(descriptionSchema, config.trainedOn, `${name}: trainedOn`, { isFile: true });
}
