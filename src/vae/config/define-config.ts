import type { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { type Layer, layerToConfig, type Optimizer } from '../../nn/index.js';
import { type Objective, objectiveNames, objectiveToConfig } from '../objectives/index.js';
import type { VAEOptions } from './options.js';
import type { PresetName } from './presets.js';
import type { trainingSchema } from './run-config.js';

/** Plain data with the name of its kind, as in `config.json`. */
export interface TypedData {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A VAE in a config file: as in code, or as plain data. */
export interface ModelInConfig
  extends Partial<Omit<VAEOptions, 'encoder' | 'decoder' | 'objective'>> {
  readonly encoder?: readonly (Layer | TypedData)[];
  readonly decoder?: readonly (Layer | TypedData)[];
  readonly objective?: Objective | TypedData;
}

/** Settings of training in a config file: as in code, or as plain data. */
export interface TrainingInConfig
  extends Readonly<Omit<z.input<typeof trainingSchema>, 'optimizer' | 'players'>> {
  /** `adam()` when left out. */
  readonly optimizer?: Optimizer | TypedData | undefined;
  /** Settings of the objective's other players, by name. */
  readonly players?:
    | Readonly<Record<string, { readonly optimizer?: Optimizer | TypedData | undefined }>>
    | undefined;
}

/** The content of `vae.config.ts`: a model, or a preset and settings over it. */
export interface Config {
  /** Network and settings to start from. */
  readonly preset?: PresetName;
  /** `input` is the data's shape when left out. */
  readonly model?: ModelInConfig;
  readonly training?: TrainingInConfig;
}

/**
 * Gives a config its type, so that an editor knows its keys: `export default defineConfig({ … })`
 * in `vae.config.ts`, which `vaekit train` reads.
 */
export function defineConfig(config: Config): Config {
  return config;
}

type Sampling = NonNullable<VAEOptions['sampling']>;

/** The code of a config, which is no plain data. */
export interface ConfigCode {
  /** The user's own layers, by name. */
  readonly layers: Readonly<Record<string, Layer>>;
  readonly objective?: Objective;
  readonly sampling?: Sampling;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tells whether a value was made by code: it has this function. */
function made<Made>(value: unknown, method: keyof Made & string): value is Made {
  return isObject(value) && typeof value[method] === 'function';
}

/** The values of an array, changed; any other value is left to the schema's check. */
const each = (value: unknown, change: (item: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map(change) : value;

/**
 * A config from code as plain data, not yet checked, and the code that cannot be plain data.
 * @param name the file, for messages
 * @throws UserError when two of the user's own layers have one name
 */
export function splitConfig(config: unknown, name: string): { data: unknown; code: ConfigCode } {
  if (!isObject(config)) return { data: config, code: { layers: {} } };
  const layers: Record<string, Layer> = {};
  const keep = (layer: Layer) => {
    const key = String(layer.options.name);
    if (layers[key] && layers[key].apply !== layer.apply) {
      throw new UserError(`${name}: two layers are called '${key}'. Rename one.`);
    }
    layers[key] = layer;
  };
  const plainLayer = (value: unknown): unknown => {
    if (made<Layer>(value, 'apply')) {
      if (value.type === 'custom') keep(value);
      each(value.options.layers, plainLayer);
      return layerToConfig(value);
    }
    if (!isObject(value) || !('layers' in value)) return value;
    return { ...value, layers: each(value.layers, plainLayer) };
  };
  const { model, training, ...rest } = config;
  const code: { -readonly [Key in keyof ConfigCode]: ConfigCode[Key] } = { layers };
  const plainModel = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const { sampling, objective, ...plain } = value;
    for (const part of ['encoder', 'decoder']) {
      if (part in plain) Object.assign(plain, { [part]: each(plain[part], plainLayer) });
    }
    if (made<Sampling>(sampling, 'apply')) code.sampling = sampling;
    else if (sampling !== undefined) Object.assign(plain, { sampling });
    if (!made<Objective>(objective, 'terms')) {
      return objective === undefined ? plain : { ...plain, objective };
    }
    if (objectiveNames.includes(objective.type)) {
      return { ...plain, objective: objectiveToConfig(objective) };
    }
    code.objective = objective;
    return plain;
  };
  const withPlainOptimizer = (value: unknown): unknown => {
    if (!isObject(value) || !made<Optimizer>(value.optimizer, 'update')) return value;
    const { type, options } = value.optimizer;
    return { ...value, optimizer: { type, ...options } };
  };
  const plainTraining = (value: unknown): unknown => {
    const training = withPlainOptimizer(value);
    if (!isObject(training) || !isObject(training.players)) return training;
    const players = Object.entries(training.players);
    return {
      ...training,
      players: Object.fromEntries(players.map(([name, each]) => [name, withPlainOptimizer(each)])),
    };
  };
  return {
    data: {
      ...rest,
      ...(model === undefined ? {} : { model: plainModel(model) }),
      ...(training === undefined ? {} : { training: plainTraining(training) }),
    },
    code,
  };
}
