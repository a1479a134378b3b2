import { isDirectory } from '#files';
import type { Dataset } from '../data/dataset.js';
import { TooLargeError, UserError } from '../data/errors.js';
import type { OpenedData } from '../data/formats/format.js';
import type { ReadOptions } from '../data/read-options.js';
import { optimizerFromConfig } from '../nn/index.js';
import { asSeen, type Checkpoint, RunFolder } from '../training/index.js';
import { choosePreset, chosenRun, type PresetChoice } from '../vae/choose-preset.js';
import { fromConfig, type LoadOptions, VAE } from '../vae/index.js';
import { preset, presetNames, type RunConfig } from '../vae/presets.js';
import { type CompleteRun, checkRun, overPreset } from '../vae/run-config.js';
import { openData, type TakeAhead, usualData } from './ahead.js';
import { type ConfigFile, isCode, readConfig } from './config-file.js';
import { findConfig } from './config-names.js';
import { locateConfigData, locateData, recordedData, requireData } from './data-path.js';
import { fittingSettings, optimizerSettings } from './fit-settings.js';
import { objectiveSettings } from './objective.js';
import { ownCode } from './own-code.js';
import { readingOf } from './reading-settings.js';
import { smaller } from './resources.js';
import { lockRun } from './run-lock.js';
import { shellWord } from './shell-word.js';
import type { TrainOptions } from './train.js';

/** A training that can begin. */
export interface Job {
  readonly vae: VAE;
  /** Let go of as far as it is no longer needed. */
  data: OpenedData;
  /** How the model is built. */
  readonly model: CompleteRun['model'];
  readonly settings: CompleteRun['training'];
  /** The `training` of `config.json`. */
  readonly training: Readonly<Record<string, unknown>>;
  /** The run folder. */
  readonly out: string;
  /** The run that is gone on with. */
  readonly resumed?: Resumed;
}

/** A run that was trained before. */
interface Resumed {
  readonly folder: RunFolder;
  /** None when training stopped before the first one. */
  readonly checkpoint?: Checkpoint;
  /** Gives the run back to others. */
  readonly unlock: () => Promise<void>;
}

/** Entries whose value is given. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** The preset that the data asks for, where neither options nor a config file name one. */
function choiceFor(
  options: TrainOptions,
  file: ConfigFile | undefined,
  spec: string,
  data: Dataset,
): PresetChoice | undefined {
  if (file || options.preset !== undefined) return undefined;
  const { shape } = asSeen(data, options.augment);
  const size = Math.ceil(data.size * (1 - (options.validationSplit ?? 0)));
  return choosePreset({ data: spec, shape, size, objective: options.objective });
}

/** A run's settings: a preset or a config file, with the command line's options over it. */
function settingsOf(
  options: TrainOptions,
  file: ConfigFile | undefined,
  choice: PresetChoice | undefined,
  data: Dataset,
) {
  const { shape } = asSeen(data, options.augment ?? file?.data.training?.augment);
  const { model, training } = file
    ? overPreset(file.data, shape, options)
    : choice
      ? chosenRun(choice, shape, options)
      : preset(options.preset!, shape, options);
  return checkRun(
    {
      model: {
        ...model,
        ...given({ latent: options.latent, seed: options.seed }),
        ...objectiveSettings(options, model, data),
      },
      training: {
        ...training,
        ...given({
          data: options.data,
          epochs: options.epochs,
          batchSize: options.batchSize,
          threads: options.threads,
          device: options.device,
          keepCheckpoints: options.keepCheckpoints,
        }),
        ...fittingSettings(options),
        optimizer: optimizerSettings(options, training.optimizer as RunConfig['training']),
      },
    },
    file?.name ?? 'options',
  );
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

/** The code of a config: its own or, where it is JSON that names some, that of the working folder. */
async function codeOf(file: ConfigFile | undefined): Promise<LoadOptions> {
  if (!file || isCode(file.name)) return file?.code ?? {};
  return ownCode(file.name, file.data.model, undefined);
}

/**
 * The model of a run's settings, with what of its config is code.
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
  const { likelihood = 'bernoulli', latent } = model;
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
  const base = `runs/${data.replace(/[^\w.-]+/g, '_')}-${presetName}`;
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

/**
 * A training from its first step.
 * @param ahead gives the data, where it was opened already
 */
export async function newJob(options: TrainOptions, ahead?: TakeAhead): Promise<Job> {
  const file = await configOf(options);
  const code = await codeOf(file);
  const fromFile = file?.data.training;
  const located = await locateConfigData(file?.name ?? 'vae.config', fromFile ?? {}, usualData);
  const spec = options.data ?? located.data;
  const reading = readingOf(options, { read: located.reading });
  const data = (await ahead?.()) ?? (await openData(spec, reading));
  const choice = choiceFor(options, file, spec, data.train);
  const settings = settingsOf(options, file, choice, data.train);
  if (choice) tellChoice(choice, settings);
  const name = options.preset ?? choice?.name ?? file?.data.preset ?? 'config';
  const out = options.out ?? (await defaultFolder(data.name, name));
  return {
    vae: modelOf(settings, code, file?.name ?? 'options'),
    data,
    model: settings.model,
    settings: settings.training,
    training: await trainingOf(settings, spec, reading, out),
    out,
  };
}

/** The options that may be given with `--resume`: all else, the run has. */
const resumable: readonly (keyof TrainOptions)[] = [
  'resume',
  'config',
  'data',
  'label',
  'epochs',
  'checkpointEvery',
  'keepCheckpoints',
  'onNonFinite',
];

/**
 * The rest of a training that was broken off, or more epochs of one that was not.
 * @throws UserError when there is no run, another process trains it, or an option does not go with it
 */
export async function resumedJob(path: string, options: TrainOptions): Promise<Job> {
  const extra = Object.keys(options).find((name) => !(resumable as string[]).includes(name));
  if (extra !== undefined) {
    const option = extra.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UserError(
      `--resume goes on with the run's own settings: --${option} cannot change. Leave it out, or train anew with --config ${path}/config.json.`,
    );
  }
  const folder = await RunFolder.open(path);
  if (!(await isDirectory(path))) {
    const unpacked = path.replace(/\.zip$/i, '');
    throw new UserError(
      `${path} is a zip archive, which is only read. Unpack it, then go on with its folder: vaekit train --resume ${shellWord(unpacked)}.`,
    );
  }
  const unlock = await lockRun(path);
  try {
    await folder.removeLeftovers();
    const name = folder.file('config.json');
    const { model, training } = await folder.readConfig();
    // A config of code gives what the run's own cannot hold.
    const code = await ownCode(path, model, options.config);
    const run = {
      model: { ...(model as object), ...(code.objective ? { objective: undefined } : {}) },
      training: {
        ...(training as object),
        ...given({ epochs: options.epochs, keepCheckpoints: options.keepCheckpoints }),
        ...fittingSettings(options),
      },
    } as RunConfig;
    const settings = checkRun(run, name);
    const checkpoint = await folder.readCheckpoint((message) => {
      process.stderr.write(`${message}\n`);
    });
    const done = checkpoint?.history.length ?? 0;
    const { epochs } = settings.training;
    if (epochs < done) {
      throw new UserError(
        `${path} has been trained for ${done} epochs already. Ask for more than that by --epochs.`,
      );
    }
    const located = await locateData(path, settings.training, usualData);
    if (options.data === undefined) await requireData(path, located);
    const reading = readingOf(given({ label: options.label }), { read: located.reading });
    const spec = options.data ?? located.data;
    return {
      vae: modelOf(settings, code, name),
      data: await openData(spec, reading),
      model: settings.model,
      settings: settings.training,
      training: await trainingOf(settings, spec, reading, path),
      out: path,
      resumed: { folder, unlock, ...(checkpoint ? { checkpoint } : {}) },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
