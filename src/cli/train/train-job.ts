import { TooLargeError, UserError } from '../../base/errors.js';
import { fileName } from '../../base/paths.js';
import { asModelSees } from '../../data/changes/seen.js';
import type { OpenedData } from '../../data/formats/format.js';
import { type ReadOptions, readingOver } from '../../data/read-options.js';
import { summarizeValues } from '../../data/values.js';
import { optimizerFromConfig } from '../../nn/index.js';
import { isHubAddress, RunFolder } from '../../runs/index.js';
import { lockRun } from '../../runs/run-lock.node.js';
import type { Checkpoint } from '../../training/index.js';
import type { PresetChoice } from '../../vae/config/choose-preset.js';
import { presetNames } from '../../vae/config/presets.js';
import { readingFor, readingOfPreset } from '../../vae/config/reading.js';
import { type ResolvedRun, resolveRun, trainingOver } from '../../vae/config/resolve.js';
import { type CompleteRun, checkRun } from '../../vae/config/run-config.js';
import { fromConfig, type LoadOptions, VAE } from '../../vae/index.js';
import { type ConfigFile, isCode, readConfig } from '../config/config-file.js';
import { findConfig } from '../config/config-names.js';
import { ownCode } from '../config/own-code.js';
import { fixedFlag, settingsGiven, usualData } from '../config/run-flags.js';
import { locateConfigData, locateData, recordedData, requireData } from '../data-path.js';
import { describeShortly } from '../inspect.js';
import { shellWord } from '../shell-word.js';
import { openData, type TakeAhead } from './ahead.js';
import { smaller } from './resources.js';
import type { TrainOptions } from './train-options.js';

type Data = Readonly<Record<string, unknown>>;

/** A training that can begin. */
export interface Job {
  readonly vae: VAE;
  /** Replaced by its smaller parts once training is over, to free memory. */
  data: OpenedData;
  /** Settings by which the model is built. */
  readonly model: CompleteRun['model'];
  readonly settings: CompleteRun['training'];
  /** The `training` of `config.json`. */
  readonly training: Readonly<Record<string, unknown>>;
  /** The run folder. */
  readonly out: string;
  /** The run that goes on. */
  readonly resumed?: Resumed;
  /** The command that goes on with a stopped training. */
  readonly goOn: string;
}

/** A run that was trained before. */
interface Resumed {
  readonly folder: RunFolder;
  /** The last checkpoint; absent when training stopped before the first one. */
  readonly checkpoint?: Checkpoint;
  /** Gives the run back to others. */
  readonly unlock: () => Promise<void>;
}

/** The config that is meant: the file named, or the working folder's, which is told in a line. */
async function configOf(options: TrainOptions): Promise<ConfigFile | undefined> {
  if (options.config && options.preset) {
    throw new UserError('--config and --preset exclude each other. Give one of them.');
  }
  if (options.config) return readConfig(options.config);
  const found = await findConfig();
  if (!found) return undefined;
  const used = options.preset === undefined;
  process.stdout.write(
    used
      ? `Settings from ${found}; options override them.\n`
      : `${found} is not used: --preset is given.\n`,
  );
  return used ? readConfig(found) : undefined;
}

/** The code of a config: its own or, where it is JSON that names code, from the config file of the working folder. */
async function codeOf(file: ConfigFile | undefined): Promise<LoadOptions> {
  if (!file || isCode(file.name)) return file?.code ?? {};
  return ownCode(file.name, file.data.model, undefined);
}

/**
 * The model of a run's settings, with the layers, objective and sampling that are code.
 * @param name where the settings are, for messages
 */
function modelOf(settings: CompleteRun, code: LoadOptions, name: string): VAE {
  const { layers = {}, objective, sampling } = code;
  const { kl: _, ...model } = settings.model;
  const plain = objective ? model : settings.model;
  try {
    return new VAE({
      ...fromConfig(plain, `${name}: model`, layers),
      ...(objective ? { objective } : {}),
      ...(sampling ? { sampling } : {}),
    });
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    const { batchSize } = settings.training;
    const ways = smaller(settings.model, { batchSize, working: 0, state: 0 });
    const [input, [found]] = [settings.model.input!.join(', '), error.message.split('. ')];
    throw new UserError(`Examples of shape [${input}] are too large here: ${found}. Use ${ways}.`);
  }
}

/** Tells which preset was chosen, and why. */
function tellChoice({ name, because }: PresetChoice, { model, training }: CompleteRun): void {
  const { likelihood, latent } = model;
  const { epochs, batchSize } = training;
  const others = presetNames.filter((each) => each !== name).join(', ');
  process.stdout.write(
    `Preset ${name} for ${because}: ${counted(latent, 'latent')}, likelihood ${formatKind(likelihood)}, ${counted(epochs, 'epoch')} in batches of ${batchSize}. Others by --preset: ${others}.\n`,
  );
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** A kind as it is written on the command line: `gaussian:variance=0.01`. */
function formatKind(kind: unknown): string {
  if (typeof kind !== 'object' || kind === null) return String(kind);
  const { type, ...options } = kind as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`);
  return [type, pairs.join()].filter((part) => part !== '').join(':');
}

/** `runs/mnist-dense`, or the first of `runs/mnist-dense-2`, `-3` … that holds no run. */
async function defaultFolder(data: string, presetName: string): Promise<string> {
  const base = `runs/${fileName(data)}-${presetName}`;
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    if (!(await RunFolder.holdsRun(path))) return path;
  }
}

/** The `training` of the `config.json` of a run, for data and labels at paths in the working folder. */
async function trainingOf(run: CompleteRun, spec: string, reading: ReadOptions, out: string) {
  const { data: _, dataFrom: __, read: ___, ...training } = run.training;
  const optimizer = optimizerFromConfig(training.optimizer);
  return {
    ...(await recordedData(out, spec, reading)),
    ...training,
    optimizer: { type: optimizer.type, ...optimizer.options },
  };
}

/** The parts of a training. */
interface Parts {
  readonly settings: CompleteRun;
  /** The code of its config. */
  readonly code?: LoadOptions;
  /** Place of the settings, for messages. */
  readonly name: string;
  readonly data: OpenedData;
  /** The data by the words and options that it was opened with. */
  readonly spec: string;
  readonly reading: ReadOptions;
  readonly out: string;
  readonly resumed?: Resumed | undefined;
  readonly goOn?: string;
}

/** A training of its parts. */
export async function jobOf(parts: Parts): Promise<Job> {
  const { settings, code = {}, name, data, spec, reading, out, resumed } = parts;
  return {
    vae: modelOf(settings, code, name),
    data,
    model: settings.model,
    settings: settings.training,
    training: await trainingOf(settings, spec, reading, out),
    out,
    ...(resumed ? { resumed } : {}),
    goOn: parts.goOn ?? `vaekit train --resume ${shellWord(out)}`,
  };
}

/**
 * Takes a run that was trained before for this process.
 * @throws UserError when another process trains it, or its checkpoints are damaged
 */
export async function takeRun(folder: RunFolder): Promise<Resumed> {
  const unlock = await lockRun(folder.path);
  try {
    await folder.removeLeftovers();
    return { unlock, ...(await readRun(folder)) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A run that the first rank has taken. */
async function takenRun(folder: RunFolder): Promise<Resumed> {
  return { unlock: async () => undefined, ...(await readRun(folder)) };
}

/** @throws UserError when a run's checkpoints are damaged */
async function readRun(folder: RunFolder): Promise<Omit<Resumed, 'unlock'>> {
  const checkpoint = await folder.readCheckpoint((message) => {
    process.stderr.write(`${message}\n`);
  });
  return { folder, ...(checkpoint ? { checkpoint } : {}) };
}

/** Settings of a new run, completed by the data that they are for. */
export type Planned = Omit<Parts, 'settings' | 'out' | 'resumed' | 'goOn'> & {
  readonly settings: ResolvedRun;
};

/**
 * The settings of a new run.
 * @param file a config that the settings go over
 * @param given settings of the command line or of a sweep
 * @param open opens the data
 * @param name where the settings are, for messages
 * @throws UserError when a setting is wrong, or does not go with the data
 */
export async function planRun(
  file: ConfigFile | undefined,
  given: ReturnType<typeof settingsGiven>,
  open = openData,
  name = file?.name ?? 'options',
): Promise<Planned> {
  const code = await codeOf(file);
  const fromFile = file?.data.training ?? {};
  const located = await locateConfigData(file?.name ?? 'vae.config', fromFile, usualData);
  if (file && isHubAddress(file.name) && given.training?.data === undefined) {
    await requireData(file.name, located);
  }
  const { data: named = located.data, read, augment = fromFile.augment } = given.training ?? {};
  const spec = String(named);
  const reading = readingOfPreset(
    readingOver(located.reading, read as ReadOptions),
    given.preset ?? file?.data.preset,
  );
  const models = [file?.data.model, given.model];
  const data = await open(spec, readingFor(reading, ...models));
  const seen = asModelSees(data.train, augment);
  const values = await summarizeValues(seen);
  const settings = resolveRun({
    file: file?.data,
    given,
    data: { ...seen, values },
    spec,
    name,
  });
  return { settings, code, name, data, spec, reading };
}

/**
 * A training from its first step.
 * @param ahead gives the data, where it was opened already
 */
export async function newJob(options: TrainOptions, ahead?: TakeAhead): Promise<Job> {
  const planned = await planRun(
    await configOf(options),
    settingsGiven(options),
    async (spec, reading) => (await ahead?.()) ?? (await openData(spec, reading)),
  );
  const { data, settings } = planned;
  process.stdout.write(`Data ${await describeShortly(data)}.\n`);
  const { choice, notes, preset = 'config' } = settings;
  if (choice) tellChoice(choice, settings);
  for (const note of notes) process.stdout.write(`${note}\n`);
  const out = options.out ?? (await defaultFolder(data.name, preset));
  return jobOf({ ...planned, out });
}

/** The first option given that a resumed run cannot have. */
function fixedOption(options: TrainOptions): string | undefined {
  const own = (['out', 'profile'] as const).find((name) => options[name] !== undefined);
  return own ? `--${own}` : fixedFlag(options);
}

/**
 * The rest of a training that was broken off, or more epochs of one that was not.
 * @param isFirst whether this process takes the run; ranks beside the first one do not
 * @throws UserError when there is no run, another process trains it, or an option does not go with it
 */
export async function resumedJob(
  path: string,
  options: TrainOptions,
  isFirst = true,
): Promise<Job> {
  const fixed = fixedOption(options);
  if (fixed !== undefined) {
    throw new UserError(
      `--resume goes on with the run's own settings: ${fixed} cannot change. Leave it out, or train anew with --config ${path}/config.json.`,
    );
  }
  const given = settingsGiven(options).training ?? {};
  const folder = await RunFolder.open(path);
  if (!folder.isWritable) {
    const unpacked = path.replace(/\.zip$/i, '');
    throw new UserError(
      `${path} is a zip archive, which is only read. Unpack it, then go on with its folder: vaekit train --resume ${shellWord(unpacked)}.`,
    );
  }
  const resumed = await (isFirst ? takeRun(folder) : takenRun(folder));
  try {
    const name = folder.file('config.json');
    const { model, training } = await folder.readConfig();
    // A config of code gives the code, which the run's own config cannot hold.
    const code = await ownCode(path, model, options.config);
    const run = {
      model: { ...(model as object), ...(code.objective ? { objective: undefined } : {}) },
      training: trainingOver(training as Data, given),
    };
    const settings = checkRun(run, name);
    const done = resumed.checkpoint?.history.length ?? 0;
    const { epochs } = settings.training;
    if (epochs < done) {
      throw new UserError(
        `${path} has been trained for ${done} epochs already. Ask for more than that by --epochs.`,
      );
    }
    const located = await locateData(path, settings.training, usualData);
    if (given.data === undefined) await requireData(path, located);
    const reading = readingOver(located.reading, given.read as ReadOptions);
    const spec = String(given.data ?? located.data);
    const data = await openData(spec, readingFor(reading, settings.model));
    return await jobOf({ settings, code, name, data, spec, reading, out: path, resumed });
  } catch (error) {
    await resumed.unlock();
    throw error;
  }
}
