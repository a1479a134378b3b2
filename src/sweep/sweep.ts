import { z } from 'zod';
import { UserError } from '../base/errors.js';
import { reasonOf } from '../base/excerpt.js';
import { validate } from '../base/settings/validate.js';
import { type MethodOptions, type Search, searchShape } from './definition.js';
import { nextTask, type Race, ranked, type Task } from './halving.js';
import type { SettingOptions } from './settings.js';
import { rungsOf, type Trial, trialsOf } from './trials.js';

/** The settings that are searched, and how. */
export interface SweepOptions {
  /** Says how values are chosen, and which runs are trained to their end. */
  readonly method: MethodOptions;
  /** Values of the settings by their names. */
  readonly settings: Readonly<Record<string, SettingOptions>>;
  /** Epochs of a whole training, for halving. 1 when left out. */
  readonly epochs?: number;
  /** The better side of the metric; less when left out. */
  readonly better?: 'less' | 'more';
}

const searchSchema = z.strictObject({
  ...searchShape,
  epochs: z.int().min(1).default(1).describe('Epochs of a whole training.'),
  better: z.enum(['less', 'more']).default('less').describe('Which metric is better.'),
});

/** A run that is to be trained. */
export interface SweepRun {
  /** Counted from 1. */
  readonly number: number;
  /** Values of the settings by their paths. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Epochs that it is to have in all; without halving a whole training's. */
  readonly epochs: number;
  /** Aborted when the sweep is to stop. */
  readonly signal: AbortSignal;
}

/** Options for going through a sweep. */
export interface SweepRunning {
  /** Runs that are trained at a time. 1 when left out. */
  readonly jobs?: number | undefined;
  /** Ends the sweep; a run that is broken off is begun again by the next call. */
  readonly signal?: AbortSignal | undefined;
  /** The runs as an earlier sweep of the same options left them; this sweep goes on from them. */
  readonly trials?: Trial[] | undefined;
  /** Keeps the state of all runs, before a run begins and after it ends; a later sweep goes on from it. */
  readonly onChange?: ((trials: readonly Trial[]) => void | Promise<void>) | undefined;
}

/** The outcome of a sweep. */
export interface Swept {
  readonly trials: readonly Trial[];
  /** The best of the runs that were trained for longest; undefined where none has ended. */
  readonly best: Trial | undefined;
}

/** The best of the runs that came furthest. */
export function bestOf(trials: readonly Trial[], better: Race['better']): Trial | undefined {
  const furthest = Math.max(0, ...trials.map(({ results }) => results.length));
  return furthest === 0 ? undefined : ranked(trials, furthest - 1, better)[0];
}

/** The rules of a method. */
export function raceOf({ method }: Search, rungs: number, better: Race['better']): Race {
  const factor = 'factor' in method ? method.factor : 2;
  return { rungs, factor, waits: method.type === 'halving', better };
}

/** The rules and functions of a search, beside its runs. */
interface Going {
  readonly race: Race;
  readonly jobs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onChange?: SweepRunning['onChange'];
  /** Trains, and gives the metric. Its error says why the run failed, unless the sweep is stopped. */
  readonly train: (task: Task, signal: AbortSignal) => Promise<number>;
}

/**
 * Has runs trained, several at a time, until there is nothing left to do or the signal comes.
 * @param trials are brought up to date
 * @throws the error of `onChange`, once no run is being trained
 */
export async function search(trials: readonly Trial[], going: Going): Promise<void> {
  const { race, jobs, onChange, train } = going;
  const fault = new AbortController();
  const signal = AbortSignal.any([fault.signal, ...(going.signal ? [going.signal] : [])]);
  const running = new Map<Trial, Promise<void>>();
  const work = async (task: Task) => {
    const { trial, rung } = task;
    try {
      const value = await train(task, signal);
      if (Number.isNaN(value)) throw new UserError('its metric is not a number');
      trial.results[rung] = value;
    } catch (error) {
      if (signal.aborted) return;
      trial.failure = reasonOf(error, 500);
    }
    await onChange?.(trials);
  };
  try {
    for (;;) {
      while (!signal.aborted && running.size < jobs) {
        const task = nextTask(trials, race, (trial) => running.has(trial));
        if (!task) break;
        task.trial.given = task.rung + 1;
        // Kept before the run begins, so that a sweep that goes on knows it as broken off.
        await onChange?.(trials);
        const { trial } = task;
        running.set(
          trial,
          work(task).finally(() => running.delete(trial)),
        );
      }
      if (running.size === 0) return;
      await Promise.race(running.values());
    }
  } finally {
    fault.abort();
    await Promise.allSettled(running.values());
  }
}

/**
 * Searches settings: has every run of a grid, runs drawn by chance, or by halving the best for more
 * epochs than the others, trained by a function.
 * @param train trains a run for the epochs that it is to have in all, and gives the metric. It may find
 *   the run begun; its error says why the run failed, and stops no other
 * @throws UserError when an option is wrong
 */
export async function sweep(
  options: SweepOptions,
  train: (training: SweepRun) => Promise<number>,
  { jobs = 1, signal, trials, onChange }: SweepRunning = {},
): Promise<Swept> {
  const { method, settings, epochs, better } = validate(searchSchema, options, 'sweep');
  const given = { method, settings } as unknown as Search;
  const rungs = rungsOf(given.method, epochs);
  const all = trials ?? trialsOf(given);
  await search(all, {
    race: raceOf(given, rungs.length, better),
    jobs,
    signal,
    onChange,
    train: ({ trial: { number, settings }, rung }, stopping) =>
      train({ number, settings, epochs: rungs[rung]!, signal: stopping }),
  });
  return { trials: all, best: bestOf(all, better) };
}
