import { createProgress } from '../../report/progress.js';
import type { Callback, EpochMetrics } from '../../training/index.js';
import { formatProfile, type MeasuredProfile } from '../../vae/index.js';
import { shellWord } from '../shell-word.js';
import type { KeptRun } from './kept-run.js';
import { preparePictures } from './pictures.js';
import { writeProfile } from './profile.js';
import type { Resources } from './resources.js';
import type { Job } from './train-job.js';

/** Number of further epochs that the advice names, where a resumed run has all of its epochs. */
const moreEpochs = 10;

/** Tells where a resumed run goes on, or that it has all of its epochs. */
function describeResume({ out, resumed, settings }: Job): string {
  const { step = 0, epoch = 1, history = [] } = resumed?.checkpoint ?? {};
  return history.length < settings.epochs
    ? `Going on after step ${step}, in epoch ${epoch}.\n`
    : `${out} has been trained for all of its ${settings.epochs} epochs: its model and pictures are written again. To train on: vaekit train --resume ${shellWord(out)} --epochs ${settings.epochs + moreEpochs}\n`;
}

/** True of numbers that the line of an epoch leaves out, as the line is about the model. */
function isUntold(name: string, value: number, { settings, vae }: Job): boolean {
  if (name === 'learning_rate') return settings.optimizer.learningRate === value;
  return (name.startsWith('val_') && name !== 'val_loss') || vae.schedules.includes(name);
}

/**
 * Shows a training in the terminal, and begins its run.
 * @param profiled gives the profile measured before the first step, where one was asked for
 */
export function showTraining(
  job: Job,
  run: KeptRun,
  resources: Resources,
  profiled: () => MeasuredProfile | undefined,
): { readonly callback: Callback; close(): void } {
  const progress = createProgress(process.stdout, { epochs: job.settings.epochs });
  const before = run.lines.length;
  let memory: string | undefined;
  const callback: Callback = {
    onNote: (line) => {
      run.notes.push(line);
      process.stdout.write(`Note: ${line}\n`);
    },
    onFootprint: (footprint) => {
      memory = resources.describe(footprint);
    },
    onStart: async () => {
      const folder = await run.begin();
      process.stdout.write(`${job.vae.summary()}\n${memory ? `${memory}\n` : ''}`);
      const profile = profiled();
      if (profile) {
        process.stdout.write(`${formatProfile(profile)}\n`);
        await writeProfile(folder, profile);
      }
      if (job.resumed) process.stdout.write(describeResume(job));
    },
    onProgress: (update) => {
      const duration = resources.duration(update);
      if (duration !== undefined) progress.note(duration);
      progress.update(update);
    },
    onEpochEnd: (metrics) => {
      if (run.lines.length === before) preparePictures();
      const entries = Object.entries(metrics).filter(
        ([name, value]) => !isUntold(name, value, job),
      );
      progress.epochEnd(Object.fromEntries(entries) as EpochMetrics);
    },
  };
  return { callback, close: () => progress.close() };
}
