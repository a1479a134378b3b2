import { UserError } from '../../base/errors.js';
import { asModelSees } from '../../data/changes/seen.js';
import { formatNumber } from '../../report/number.js';
import { isHubAddress } from '../../runs/index.js';
import type { Callback } from '../../training/index.js';
import { fitOptionsOf } from '../../vae/config/run-config.js';
import {
  describeHealth,
  type FitOptions,
  type History,
  type MeasuredProfile,
  NonFiniteError,
  profile,
  type Remedy,
} from '../../vae/index.js';
import { settingsGiven } from '../config/run-flags.js';
import { shellWord } from '../shell-word.js';
import { abortOnSignals } from '../signals.js';
import { namedTracker } from '../trackers.js';
import type { TakeAhead } from './ahead.js';
import { type JobRanks, refuseAmongRanks } from './job-ranks.js';
import { KeptRun } from './kept-run.js';
import { giveMemoryBack } from './memory.js';
import { writePictures } from './pictures.js';
import { Resources } from './resources.js';
import { showTraining } from './shown.js';
import { followedBy } from './tracked.js';
import { type Job, newJob, resumedJob } from './train-job.js';
import type { TrainOptions } from './train-options.js';

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

/** Trains a job's model, and keeps it in its run folder. A signal ends the training, and the trained model is saved. */
export async function trainAndKeep(
  job: Job,
  options: TrainOptions = {},
  ranks?: JobRanks,
): Promise<void> {
  const run = new KeptRun(job);
  ranks?.tellLoss(() => (run.folder ? `Go on from its last checkpoint: ${job.goOn}` : ''));
  try {
    await trainJob(job, run, options, ranks);
  } finally {
    await run.release();
  }
}

/**
 * `vaekit train`.
 * @param ahead gives the data, where it was opened already
 * @param ranks of which this process is one
 */
export async function train(
  options: TrainOptions,
  ahead: TakeAhead | undefined,
  ranks?: JobRanks,
): Promise<void> {
  options.track?.forEach(namedTracker);
  if (options.profile) refuseAmongRanks('--profile', ranks);
  const isFirst = ranks?.isFirst ?? true;
  const open = () =>
    options.resume === undefined
      ? newJob(options, ahead)
      : jobToGoOn(options.resume, options, ranks);
  const job = await (ranks ? ranks.inTurn(open) : open());
  if (ranks) {
    process.stdout.write(
      `Training by ${ranks.description}. Should one be lost, go on with: ${job.goOn}\n`,
    );
  }
  await (isFirst ? trainAndKeep(job, options, ranks) : trainBeside(job, ranks!));
}

/** The rest of a training; a run on the Hub is fetched first. */
async function jobToGoOn(
  resume: string,
  options: TrainOptions,
  ranks: JobRanks | undefined,
): Promise<Job> {
  if (!isHubAddress(resume)) return resumedJob(resume, options, ranks?.isFirst ?? true);
  if (ranks) {
    throw new UserError(
      `--resume ${resume}: several processes go on with a folder. Fetch it first: vaekit pull ${shellWord(resume)}.`,
    );
  }
  const { out, ...others } = options;
  const { pullForTraining } = await import('../pull.js');
  const isDataGiven = settingsGiven(others).training?.data !== undefined;
  return resumedJob(await pullForTraining(resume, out, isDataGiven), others);
}

/** Tells how training ended, in lines for people, where there is something to tell. */
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

/**
 * Stands in a function of its own, as a frame that lives on would hold the data in memory. Ranks part once the
 * model is trained, or once all have met the same number that is not finite.
 */
async function fitJob(
  { vae, data }: Job,
  options: FitOptions,
  ranks: JobRanks | undefined,
): Promise<History> {
  const history = await vae.fit(data.train, options).catch(async (error: unknown) => {
    if (error instanceof NonFiniteError) await ranks?.leave();
    throw error;
  });
  await ranks?.leave();
  return history;
}

/** The settings of a job for `fit`, as every rank has them. */
function fittingOf(
  { data, settings, resumed }: Job,
  signals: ReturnType<typeof abortOnSignals>,
  job: JobRanks | undefined,
): FitOptions {
  const held = data.validation ?? data.test;
  return {
    ...fitOptionsOf(settings),
    ...(held && settings.validationSplit === undefined ? { validation: held } : {}),
    ...(resumed?.checkpoint ? { resume: resumed.checkpoint } : {}),
    ...(job && { ranks: job.ranks, threads: settings.threads ?? job.threads }),
    signal: signals.signal,
  };
}

/** Trains as one of the ranks beside the first one, which keeps the run and tells of it. */
async function trainBeside(job: Job, ranks: JobRanks): Promise<void> {
  ranks.tellLoss(() => `Go on from its last checkpoint: ${job.goOn}`);
  const signals = abortOnSignals();
  try {
    await fitJob(job, fittingOf(job, signals, ranks), ranks);
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
  } finally {
    signals.stop();
    await job.vae.release();
  }
}

/** Ends a training after an epoch, as a signal does. @param done the epochs of a run that is resumed */
function endAfter(epoch: number, done: number): { callback: Callback; signal: AbortSignal } {
  const ending = new AbortController();
  const see = (last: number) => {
    if (last >= epoch) ending.abort();
  };
  see(done);
  return { callback: { onEpochEnd: (line) => see(line.epoch) }, signal: ending.signal };
}

/**
 * Writes a trained model, its health and its pictures into its run folder.
 * @returns lines about its health
 * @throws the signal's reason once it is aborted: between two files, as each is written whole
 */
async function save(
  { vae, data, settings, training }: Job,
  { folder, lines: history, notes }: KeptRun,
  signal: AbortSignal,
): Promise<string[]> {
  const into = folder!;
  await vae.saveTo(into, training, signal);
  const examples = asModelSees(data.train, settings.augment);
  const health = await vae.health(examples, { history, signal });
  signal.throwIfAborted();
  await into.write('health.json', `${JSON.stringify(health, null, 2)}\n`);
  // The runtime's memory for the calls before would otherwise stay beside the memory for the pictures.
  await vae.release();
  await giveMemoryBack();
  await writePictures(into, vae, examples, history, signal);
  const untold = describeHealth(health).filter((line) => !notes.includes(line));
  return untold.map((line) => `Note: ${line}`);
}

/** A fault of a training, with the way on from it. */
async function toldFault(error: unknown, { vae, training, out, goOn }: Job, run: KeptRun) {
  if (!run.folder || !(error instanceof UserError)) return error;
  if (error instanceof NonFiniteError) {
    await vae.saveTo(run.folder, training);
    return new UserError(
      `${error.message} What was kept is in ${out}.${wayOut(error.remedy, shellWord(out))}`,
    );
  }
  // Room on the disk, say, that the system refused may be granted later.
  return error.cause ? new UserError(`${error.message} Then go on: ${goOn}.`) : error;
}

/** Trains, saves and tells the end. */
async function fitAndSave(
  job: Job,
  run: KeptRun,
  options: FitOptions,
  signals: ReturnType<typeof abortOnSignals>,
  ranks: JobRanks | undefined,
): Promise<void> {
  const { out, goOn } = job;
  const history = await fitJob(job, options, ranks);
  // The training data takes the most memory, and pictures need theirs.
  const { name, train, test, validation } = job.data;
  job.data = { name, train: test ?? validation ?? train };
  const stopping = signals.beginSaving(
    `All that was trained is kept; the files that are missing are written by: ${goOn}`,
  );
  const lastLines = await save(job, run, stopping).catch((error: unknown) => {
    if (!stopping.aborted) throw error;
    return undefined;
  });
  process.exitCode = signals.exitCode();
  if (!lastLines) return;
  for (const line of [...describeEnd(history), ...lastLines]) process.stdout.write(`${line}\n`);
  process.stdout.write(`Written to ${out}\n`);
  if (history.stopped?.reason === 'aborted') {
    process.stdout.write(`Go on with: ${goOn}\n`);
  }
}

async function trainJob(
  job: Job,
  run: KeptRun,
  options: TrainOptions,
  ranks: JobRanks | undefined,
): Promise<void> {
  const { vae, settings } = job;
  const resources = new Resources({ model: job.model, training: settings }, job.data.train);
  const { slots } = fitOptionsOf(settings).optimizer;
  resources.checkParameters(vae.layers().parameters, slots.length);
  const signals = abortOnSignals();
  let profiled: MeasuredProfile | undefined;
  const followed = followedBy(options.track ?? [], job);
  const end = endAfter(options.stopAfter ?? Number.POSITIVE_INFINITY, run.lines.length);
  const shown = showTraining(job, run, resources, () => profiled);
  const fitting = {
    ...fittingOf(job, signals, ranks),
    signal: AbortSignal.any([signals.signal, end.signal]),
  };
  try {
    if (options.profile) {
      const { resume: _, ...fitted } = fitting;
      profiled = await profile(vae, job.data.train, fitted).catch((error: unknown) => {
        // Other faults are told by training too.
        if (signals.signal.aborted) return undefined;
        throw error;
      });
    }
    const callbacks = [shown.callback, run.callback, ...followed.callbacks, end.callback];
    await fitAndSave(job, run, { ...fitting, callbacks }, signals, ranks);
  } catch (error) {
    throw await toldFault(error, job, run);
  } finally {
    shown.close();
    await followed.finish();
    signals.stop();
    await vae.release();
  }
}
