import type { Dataset } from '../data/dataset.js';
import { openDataset } from '../data/datasets.js';
import { UserError } from '../data/errors.js';
import { optimizerFromConfig } from '../nn/index.js';
import { createProgress } from '../report/progress.js';
import { type EpochMetrics, RunFolder } from '../training/index.js';
import {
  describeHealth,
  formatProfile,
  fromConfig,
  type MeasuredProfile,
  NonFiniteError,
  profile,
  VAE,
} from '../vae/index.js';
import { preset, type RunConfig } from '../vae/presets.js';
import { type CompleteRun, checkRun, overPreset } from '../vae/run-config.js';
import { type ConfigFile, findConfig, readConfig } from './config-file.js';
import { asSeen, describeEnd, fittingSettings, optimizerSettings } from './fit-settings.js';
import { objectiveSettings } from './objective.js';
import { preparePictures, writePictures } from './pictures.js';
import { writeProfile } from './profile.js';
import { readingOf } from './reading-settings.js';
import type { TrainOptions } from './train.js';

/** Entries whose value is given. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** A run's settings: a preset or a config file, with the command line's options over it. */
function settingsOf(options: TrainOptions, file: ConfigFile | undefined, data: Dataset) {
  const { shape } = asSeen(data, options.augment ?? file?.data.training?.augment);
  const { model, training } = file
    ? overPreset(file.data, shape, options)
    : preset(options.preset ?? 'dense', shape, options);
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

/** The model of a run's settings, with what of its config is code. */
function modelOf(settings: CompleteRun, file: ConfigFile | undefined): VAE {
  const { layers = {}, objective, sampling } = file?.code ?? {};
  const { kl: _, ...model } = settings.model;
  const plain = objective ? model : settings.model;
  return new VAE({
    ...fromConfig(plain, `${file?.name ?? 'options'}: model`, layers),
    ...(objective ? { objective } : {}),
    ...(sampling ? { sampling } : {}),
  });
}

/** What a run is called beside its data: its preset, or that it has a config of its own. */
function nameOf(options: TrainOptions, file: ConfigFile | undefined): string {
  return options.preset ?? (file ? (file.data.preset ?? 'config') : 'dense');
}

/** `runs/mnist-dense`, or the first of `runs/mnist-dense-2`, `-3` … that holds no run. */
async function defaultFolder(data: string, presetName: string): Promise<string> {
  const base = `runs/${data.replace(/[^\w.-]+/g, '_')}-${presetName}`;
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    if (!(await RunFolder.holdsRun(path))) return path;
  }
}

/** npm sends its child the signal that the terminal has sent already: one Ctrl-C comes twice. */
const sameSignalMilliseconds = 500;

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process at once. */
function abortOnSignals(): { signal: AbortSignal; exitCode: () => number; stop: () => void } {
  const controller = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143 };
  let code = 0;
  let first = 0;
  const onSignal = (name: NodeJS.Signals) => {
    const next = codes[name as keyof typeof codes];
    if (code !== 0 && performance.now() - first < sameSignalMilliseconds) return;
    if (code !== 0) process.exit(next);
    code = next;
    first = performance.now();
    process.stderr.write(
      '\nStopping: what was trained is being saved. Once more to stop at once.\n',
    );
    controller.abort();
  };
  for (const name of Object.keys(codes)) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const name of Object.keys(codes)) process.off(name, onSignal);
    },
  };
}

/** `vaekit train`. */
export async function train(options: TrainOptions): Promise<void> {
  const file = await configOf(options);
  const fromFile = file?.data.training;
  const spec = options.data ?? String(fromFile?.data ?? 'mnist');
  const reading = readingOf(options, fromFile);
  const data = await openDataset(spec, {
    ...reading,
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  const settings = settingsOf(options, file, data.train);
  const vae = modelOf(settings, file);
  const optimizer = optimizerFromConfig(settings.training.optimizer);
  const { data: _, read: __, optimizer: ___, threads, ...fitting } = settings.training;
  const out = options.out ?? (await defaultFolder(data.name, nameOf(options, file)));
  const training = {
    ...settings.training,
    data: spec,
    ...(Object.keys(reading).length > 0 ? { read: reading } : {}),
    optimizer: { type: optimizer.type, ...optimizer.options },
  };
  const signals = abortOnSignals();
  const progress = createProgress(process.stdout, { epochs: fitting.epochs });
  let folder: RunFolder | undefined;
  const lines: EpochMetrics[] = [];
  let profiled: MeasuredProfile | undefined;
  const callback = {
    onStart: async () => {
      folder = await RunFolder.create(out);
      await vae.saveTo(folder, training);
      process.stdout.write(`${vae.summary()}\n`);
      if (profiled) {
        process.stdout.write(`${formatProfile(profiled)}\n`);
        await writeProfile(folder, profiled);
      }
    },
    onProgress: progress.update,
    onEpochEnd: async (metrics: EpochMetrics) => {
      if (lines.length === 0) preparePictures();
      const shown = Object.entries(metrics).filter(
        ([name]) => !name.startsWith('val_') || name === 'val_loss',
      );
      progress.epochEnd(Object.fromEntries(shown) as EpochMetrics);
      lines.push(metrics);
      await folder!.appendMetrics(metrics);
    },
  };
  try {
    const settings = {
      ...fitting,
      ...(threads === undefined ? {} : { threads }),
      optimizer,
      ...(data.test && fitting.validationSplit === undefined ? { validation: data.test } : {}),
      signal: signals.signal,
    };
    if (options.profile) {
      profiled = await profile(vae, data.train, settings).catch((error: unknown) => {
        // What is wrong otherwise, training tells too.
        if (signals.signal.aborted) return undefined;
        throw error;
      });
    }
    const history = await vae.fit(data.train, { ...settings, callbacks: [callback] });
    await vae.saveTo(folder!, training);
    const judged = asSeen(data.test ?? data.train, fitting.augment);
    const health = await vae.health(judged);
    await folder!.write('health.json', `${JSON.stringify(health, null, 2)}\n`);
    await writePictures(folder!, vae, judged, lines);
    for (const line of describeEnd(history)) process.stdout.write(`${line}\n`);
    for (const line of describeHealth(health)) process.stdout.write(`Note: ${line}\n`);
    process.stdout.write(`Written to ${out}\n`);
    process.exitCode = signals.exitCode();
  } catch (error) {
    if (error instanceof NonFiniteError && folder) {
      await vae.saveTo(folder, training);
      throw new UserError(`${error.message} They are in ${out}.`);
    }
    throw error;
  } finally {
    progress.close();
    signals.stop();
    await vae.release();
  }
}
