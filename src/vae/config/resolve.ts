import { UserError } from '../../base/errors.js';
import type { Dataset } from '../../data/dataset.js';
import type { ExampleOptions } from '../../data/input.js';
import { type ReadOptions, readingOver } from '../../data/read-options.js';
import type { ValueSummary } from '../../data/values.js';
import { usualLearningRate } from '../../nn/index.js';
import { trainingShape } from '../../training/index.js';
import { betaVae, conditional, vae } from '../objectives/index.js';
import { choosePreset, chosenRun, type PresetChoice } from './choose-preset.js';
import { fitValues, type ValueFit } from './fit-values.js';
import { type PresetOptions, preset, type RunConfig } from './presets.js';
import { type CompleteRun, type ConfigData, checkRun } from './run-config.js';

type Data = Readonly<Record<string, unknown>>;

/** Facts of data that settings depend on. */
interface KnownData
  extends Pick<Dataset, 'name' | 'shape' | 'size' | 'labels' | 'classNames' | 'table'> {
  readonly dtype?: Dataset['dtype'] | undefined;
  /** The values of a sample, where likelihood and scaling are to follow them. */
  readonly values?: ValueSummary | undefined;
}

/** Sources of a run's settings: the first goes over a preset, each goes over the ones before. */
export interface Sources {
  /** A config file. */
  readonly file?: ConfigData | undefined;
  /**
   * Settings of the command line or of a page. They may name only some options of an optimizer or an
   * objective, and of a learning rate only its `initial`, or only the others.
   */
  readonly given: ConfigData & { readonly preset?: string };
  /** The data to train on, as the model sees it. */
  readonly data: KnownData;
  /** The data as it was asked for. */
  readonly spec: string;
  /** Place of the settings, for messages. */
  readonly name: string;
}

/** A run's settings, and where they start from. */
export interface ResolvedRun extends CompleteRun {
  /** The preset, where there is one. */
  readonly preset?: string | undefined;
  /** The choice of the preset with its reason, where the data chose it. */
  readonly choice?: PresetChoice | undefined;
  /** Settings that the data alone asked for, in lines for people. */
  readonly notes: readonly string[];
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null;

/**
 * The settings of a run: a preset, a config file, and the command line or a page, each over the one
 * before, checked and with defaults. Where neither names a preset, the data decides.
 * @throws UserError when a setting is wrong, or two of them exclude each other
 */
export function resolveRun({ file, given, data, spec, name }: Sources): ResolvedRun {
  const { model = {}, training = {} } = given;
  const fit = fitFor(file, given, data);
  const { latent, likelihood = fit?.likelihood } = model;
  const options = { latent: latent as number | undefined, likelihood, example: fit?.example };
  const { shape } = data;
  const choice = file || given.preset !== undefined ? undefined : choiceFor(given, data, spec);
  const base = file
    ? overPreset(file, shape, options)
    : choice
      ? chosenRun(choice, shape, options)
      : preset(given.preset!, shape, options);
  const built = modelOver({ ...base.model, ...exampleOf(fit, base.model) }, model, data);
  const run = checkRun({ model: built, training: trainingOver(base.training, training) }, name);
  const batch = fittingBatch(run.training, data, [training, file?.training]);
  return {
    ...run,
    training: { ...run.training, batchSize: batch.batchSize },
    preset: given.preset ?? choice?.name ?? file?.preset,
    choice,
    notes: [...(fit ? notesOf(fit) : []), ...batch.notes],
  };
}

/** The settings that the data's values ask for, where no likelihood or decoder is named. */
function fitFor(
  file: ConfigData | undefined,
  given: ConfigData,
  { name, dtype = 'float32', shape, table, values }: KnownData,
): ValueFit | undefined {
  const models = [given.model ?? {}, file?.model ?? {}];
  const named = models.map((each) => each.likelihood).find((each) => each !== undefined);
  if (table && named !== undefined && named !== 'table') {
    throw new UserError(
      `${name} is read as a table, but the likelihood is not table. Read plain numbers (--rows vectors), or leave the likelihood out.`,
    );
  }
  const isNamed = named !== undefined || models.some((each) => each.decoder);
  return isNamed && !table
    ? undefined
    : fitValues({ dtype, shape, ...(table ? { table } : {}) }, values);
}

/** Decides by values how examples are taken, where a config does not say it. */
function exampleOf(fit: ValueFit | undefined, { example }: Data): Data {
  return fit?.example && example === undefined ? { example: fit.example } : {};
}

/** Likelihood and scaling that were chosen, in a line. */
function notesOf({ likelihood, example, because }: ValueFit): string[] {
  if (because === undefined) return [];
  const { type = likelihood } = likelihood as { type?: unknown };
  const scaled = example ? ' of standardized values' : '';
  return [`Likelihood ${String(type)}${scaled}: ${because}. Another by --likelihood.`];
}

/** A default batch size made no larger than the data; a given one stays. */
function fittingBatch(
  { batchSize, validationSplit = 0 }: CompleteRun['training'],
  { size }: KnownData,
  asked: readonly (Data | undefined)[],
): { batchSize: number; notes: string[] } {
  const left = Math.max(1, size - Math.round(size * validationSplit));
  if (batchSize <= left || asked.some((each) => each?.batchSize !== undefined)) {
    return { batchSize, notes: [] };
  }
  const notes = [`Batches of ${left}: there are no more examples to train on.`];
  return { batchSize: left, notes };
}

/** The preset that the data asks for. */
function choiceFor({ model, training }: ConfigData, data: KnownData, spec: string): PresetChoice {
  const { validationSplit } = training ?? {};
  const share = typeof validationSplit === 'number' ? validationSplit : 0;
  const { type } = (model?.objective ?? {}) as { type?: string };
  const size = Math.ceil(data.size * (1 - share));
  const { shape, table } = data;
  return choosePreset({ data: spec, shape, size, table, objective: type });
}

/**
 * A config over its preset, and with the data's shape where it names none: key by key, with an
 * objective or `kl` in the place of the preset's.
 * @param shape of one example of the data
 * @param options of the preset: `latent` and `likelihood` go over the config's, `example` goes under it
 * @throws UserError when the preset cannot take the shape
 */
export function overPreset(
  config: ConfigData,
  shape: readonly number[],
  options: PresetOptions = {},
): RunConfig {
  const { model = {}, training = {} } = config;
  const input = (model.input as number[] | undefined) ?? shape;
  const latent = options.latent ?? (model.latent as number | undefined);
  const likelihood = options.likelihood ?? model.likelihood;
  const example = (model.example as ExampleOptions | undefined) ?? options.example;
  const base = config.preset
    ? preset(config.preset, input, { latent, likelihood, example })
    : { model: { input, ...(example ? { example } : {}) }, training: {} };
  const { kl, objective, ...network } = base.model as Record<string, unknown>;
  const aims = model.kl || model.objective ? {} : { kl, objective };
  return {
    model: {
      ...network,
      ...aims,
      ...model,
      ...(latent === undefined ? {} : { latent }),
      ...(likelihood === undefined ? {} : { likelihood }),
    },
    training: { ...base.training, ...training },
  };
}

/** A model's settings with others over them. */
function modelOver(base: Data, { kl, objective, ...given }: Data, data: KnownData): Data {
  return { ...base, ...given, ...aimOver(base, { kl, objective } as Aim, data) };
}

/** Settings that say the objective: `kl` stands for the objective vae. */
interface Aim {
  readonly kl?: Data | undefined;
  readonly objective?: Data | undefined;
}

/** A model's `kl` or objective with others over them. β alone makes a β-VAE. */
function aimOver(base: Aim, { kl, objective: given }: Aim, data: KnownData): Aim {
  if (!given && !base.objective) return { kl: { ...base.kl, ...kl } };
  const before = base.objective ?? {};
  const type = given?.type ?? before.type ?? betaVae.type;
  const objective = { ...(type === before.type ? before : {}), ...given, type };
  if (kl && type !== vae.type) {
    throw new UserError(
      `--kl-weight and --kl-reduction are for the objective vae, not ${String(type)}. Leave them out.`,
    );
  }
  const whole = { ...objective, ...kl };
  return { kl: undefined, objective: type === conditional.type ? withClasses(whole, data) : whole };
}

/** A conditional objective, with how many classes the labels have and their names. */
function withClasses(objective: Data, { name, labels, classNames }: KnownData): Data {
  if (labels) {
    const seen = Array.from(labels).reduce((most, label) => Math.max(most, label), 0) + 1;
    const classes = Math.max(2, seen, classNames?.length ?? 0);
    return { classes, ...(classNames ? { classNames } : {}), ...objective };
  }
  if ('classes' in objective) return objective;
  throw new UserError(
    `${name} has no labels, but the objective conditional needs them. Give labels (--label, or a subfolder for each class), or choose another objective.`,
  );
}

/** Settings of training with others over them. */
export function trainingOver(base: Data, { optimizer, read, ...given }: Data): Data {
  const reading = readingOver(base.read, read as ReadOptions | undefined);
  return {
    ...base,
    ...given,
    ...(Object.keys(reading).length > 0 ? { read: reading } : {}),
    optimizer: optimizerOver(base.optimizer as Data | undefined, optimizer as Data | undefined),
  };
}

/** An optimizer's settings with others over them, which are all where they name another kind. */
function optimizerOver(base: Data = {}, { learningRate, ...given }: Data = {}): Data {
  const usual = trainingShape.optimizer.parse(undefined).type;
  const before = base.type ?? usual;
  const type = given.type ?? before;
  const settings = { ...(type === before ? base : {}), ...given, type };
  if (learningRate === undefined) return settings;
  const rate = settings as { learningRate?: unknown };
  return { ...settings, learningRate: rateOver(rate.learningRate, learningRate, String(type)) };
}

/** A learning rate, its first number, or a schedule without that, over another one. */
function rateOver(before: unknown, given: unknown, type: string): unknown {
  if (!isData(given)) return rateOver(before, { initial: given }, type);
  const first = (isData(before) ? before.initial : before) ?? usualLearningRate(type);
  const { initial = first, ...schedule } = given;
  if ('type' in schedule) return { ...schedule, initial };
  return isData(before) ? { ...before, initial } : initial;
}
