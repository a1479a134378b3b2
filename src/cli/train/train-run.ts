import { UserError } from '../../base/errors.js';
import { asModelSees } from '../../data/changes/seen.js';
import { formatNumber } from '../../report/number.js';
import { createProgress } from '../../report/progress.js';
import { RunFolder } from '../../runs/index.js';
import { lockRun } from '../../runs/run-lock.node.js';
import type { Callback, EpochMetrics } from '../../training/index.js';
import { fitOptionsOf } from '../../vae/config/run-config.js';
import {
  describeHealth,
  type FitOptions,
  formatProfile,
  type History,
  type MeasuredProfile,
  NonFiniteError,
  profile,
  type Remedy,
} from '../../vae/index.js';
import type { TrainOptions } from '../commands/train.js';
import { shellWord } from '../shell-word.js';
import { abortOnSignals } from '../signals.js';
import type { TakeAhead } from './ahead.js';
import { giveMemoryBack } from './memory.js';
import { preparePictures, writePictures } from './pictures.js';
import { writeProfile } from './profile.js';
import { Resources } from './resources.js';
import { type Job, newJob, resumedJob } from './train-job.js';

/** How many more epochs are shown to those who resume a run that has them all. */
const moreEpochs = 10;

/** Metrics are written again, whole, at most this often. */
const metricsMilliseconds = 1000;

/** Makes the run folder and takes it for this process. */
async function createRun(path: string): Promise<{ folder: RunFolder; unlock(): Promise<void> }> {
  const folder = await RunFolder.create(path);
  const unlock = await lockRun(path);
  // Another process may have been faster.
  if (!(await RunFolder.holdsRun(path))) {
    await folder.removeLeftovers();
    return { folder, unlock };
  }
  await unlock();
  throw new UserError(`${path} already holds a run. Choose another folder.`);
}

/** The command that leads out of a training whose numbers were not finite, where one does. */
function wayOut(remedy: Remedy, out: string): string {
  switch (remedy.kind) {
    case 'mend':
      return '';
    case 'rate':
      return ` Train anew: vaekit train --config ${out}/config.json --learning-rate ${remedy.learningRate}.`;
    default:
      return ` Go on: vaekit train --resume ${out} --on-non-finite ${remedy.kind}.`;
  }
}

/** Keeps a run folder up to date while its model is trained. */
function recorder(folder: () => RunFolder, lines: EpochMetrics[], keep: number) {
  let written = Number.NEGATIVE_INFINITY;
  const write = async () => {
    await folder().writeMetrics(lines);
    written = performance.now();
  };
  const callback: Callback = {
    async onEpochEnd(metrics) {
      lines.push(metrics);
      if (performance.now() - written >= metricsMilliseconds) await write();
    },
    async onCheckpoint(checkpoint) {
      await folder().writeCheckpoint(checkpoint, keep);
      await write();
    },
  };
  return callback;
}

/** `vaekit train`. @param ahead gives the data, where it was opened already */
export async function train(options: TrainOptions, ahead: TakeAhead): Promise<void> {
  const job = await (options.resume === undefined
    ? newJob(options, ahead)
    : resumedJob(options.resume, options));
  let unlock = job.resumed?.unlock;
  try {
    await trainJob(job, options, (given) => {
      unlock = given;
    });
  } finally {
    await unlock?.();
  }
}

/** How training ended, in lines for people, where there is something to tell. */
function describeEnd({ epochs, stopped, best }: History): string[] {
  return [
    ...(stopped?.reason === 'early-stopping'
      ? [`Stopped after epoch ${epochs.length}: ${stopped.metric} improved no more.`]
      : []),
    ...(best
      ? [`Kept epoch ${best.epoch}, the best: ${best.metric} ${formatNumber(best.value)}.`]
      : []),
  ];
}

/** In a function of its own, as the frame of one that goes on would hold the data that it gave. */
function fitJob({ vae, data }: Job, options: FitOptions): Promise<History> {
  return vae.fit(data.train, options);
}

/**
 * Writes what is had of a trained model into its run folder.
 * @returns lines about its health
 * @throws the signal's reason once it is aborted: between two files, as each is written whole
 */
async function save(
  { vae, data, settings, training }: Job,
  folder: RunFolder,
  history: readonly EpochMetrics[],
  signal: AbortSignal,
): Promise<string[]> {
  await vae.saveTo(folder, training, signal);
  const judged = asModelSees(data.train, settings.augment);
  const health = await vae.health(judged, { history, signal });
  signal.throwIfAborted();
  await folder.write('health.json', `${JSON.stringify(health, null, 2)}\n`);
  // Else the runtime's memory for calls like those before would stay beside that of the pictures.
  await vae.release();
  await giveMemoryBack();
  await writePictures(folder, vae, judged, history, signal);
  return describeHealth(health).map((line) => `Note: ${line}`);
}

async function trainJob(
  job: Job,
  options: TrainOptions,
  onLock: (unlock: () => Promise<void>) => void,
): Promise<void> {
  const { vae, settings, training, out, resumed } = job;
  const fitting = fitOptionsOf(settings);
  const resources = new Resources({ model: job.model, training: settings }, job.data.train);
  resources.checkParameters(vae.layers().parameters, fitting.optimizer.slots.length);
  const signals = abortOnSignals();
  const progress = createProgress(process.stdout, { epochs: settings.epochs });
  let folder = resumed?.folder;
  const { checkpoint } = resumed ?? {};
  const lines = [...(checkpoint?.history ?? [])];
  let profiled: MeasuredProfile | undefined;
  const settled = {
    ...fitting,
    ...(job.data.test && settings.validationSplit === undefined
      ? { validation: job.data.test }
      : {}),
    signal: signals.signal,
  };
  let memory: string | undefined;
  const shown: Callback = {
    onFootprint: (footprint) => {
      memory = resources.describe(footprint);
    },
    onStart: async () => {
      if (!folder) {
        const made = await createRun(out);
        folder = made.folder;
        onLock(made.unlock);
      }
      await vae.saveConfigTo(folder, training);
      // A run that was broken off may have told of epochs after its last checkpoint.
      if (resumed) await folder.writeMetrics(lines);
      process.stdout.write(`${vae.summary()}\n${memory ? `${memory}\n` : ''}`);
      if (profiled) {
        process.stdout.write(`${formatProfile(profiled)}\n`);
        await writeProfile(folder, profiled);
      }
      if (resumed) {
        const { step = 0, epoch = 1, history = [] } = checkpoint ?? {};
        process.stdout.write(
          history.length < settings.epochs
            ? `Going on after step ${step}, in epoch ${epoch}.\n`
            : `${out} has been trained for all of its ${settings.epochs} epochs: its model and pictures are written again. To train on: vaekit train --resume ${shellWord(out)} --epochs ${settings.epochs + moreEpochs}\n`,
        );
      }
    },
    onProgress: (update) => {
      const duration = resources.duration(update);
      if (duration !== undefined) progress.note(duration);
      progress.update(update);
    },
    onEpochEnd: (metrics) => {
      if (lines.length === (checkpoint?.history.length ?? 0)) preparePictures();
      const entries = Object.entries(metrics).filter(
        ([name]) => !name.startsWith('val_') || name === 'val_loss',
      );
      progress.epochEnd(Object.fromEntries(entries) as EpochMetrics);
    },
  };
  const recorded = recorder(() => folder!, lines, settings.keepCheckpoints);
  try {
    if (options.profile) {
      profiled = await profile(vae, job.data.train, settled).catch((error: unknown) => {
        // Other faults are told by training too.
        if (signals.signal.aborted) return undefined;
        throw error;
      });
    }
    const history = await fitJob(job, {
      ...settled,
      callbacks: [shown, recorded],
      ...(checkpoint ? { resume: checkpoint } : {}),
    });
    // The training data takes the most memory, and pictures need theirs.
    job.data = { name: job.data.name, train: job.data.test ?? job.data.train };
    const stopping = signals.beginSaving(
      `All that was trained is kept; the files that are missing are written by: vaekit train --resume ${out}`,
    );
    const lastLines = await save(job, folder!, lines, stopping).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
      return undefined;
    });
    process.exitCode = signals.exitCode();
    if (!lastLines) return;
    for (const line of [...describeEnd(history), ...lastLines]) process.stdout.write(`${line}\n`);
    process.stdout.write(`Written to ${out}\n`);
    if (history.stopped?.reason === 'aborted') {
      process.stdout.write(`Go on with: vaekit train --resume ${shellWord(out)}\n`);
    }
  } catch (error) {
    if (!folder || !(error instanceof UserError)) throw error;
    const again = `vaekit train --resume ${shellWord(out)}`;
    if (error instanceof NonFiniteError) {
      await vae.saveTo(folder, training);
      throw new UserError(
        `${error.message} What was kept is in ${out}.${wayOut(error.remedy, shellWord(out))}`,
      );
    }
    // Room on the disk, say, that the system refused may be granted later.
    if (error.cause) throw new UserError(`${error.message} Then go on: ${again}.`);
    throw error;
  } finally {
    progress.close();
    signals.stop();
    await vae.release();
  }
}
