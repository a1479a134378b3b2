import type { Trial } from './trials.js';

/** The rules by which runs go on. */
export interface Race {
  /** Number of times that runs are compared, the end of training included. */
  readonly rungs: number;
  /** Number of runs of which the best goes on. */
  readonly factor: number;
  /** Tells whether all runs of a rung are waited for. */
  readonly waits: boolean;
  readonly better: 'less' | 'more';
}

/** A run, and the rung that it is to be trained to. */
export interface Task {
  readonly trial: Trial;
  /** Counted from 0. */
  readonly rung: number;
}

/** Runs that came to the end of a rung, the best first; of equals the first. */
export function ranked(
  trials: readonly Trial[],
  rung: number,
  better: Race['better'],
): readonly Trial[] {
  const sign = better === 'less' ? 1 : -1;
  return trials
    .filter(({ results }) => results.length > rung)
    .toSorted((a, b) => sign * (a.results[rung]! - b.results[rung]!) || a.number - b.number);
}

/** Tells whether all runs that ever come to a rung have come to its end. */
function isOver(trials: readonly Trial[], rung: number, race: Race): boolean {
  const entered = rung === 0 ? trials : goingOn(trials, rung - 1, race);
  const isDone = ({ failure, results }: Trial) => failure !== undefined || results.length > rung;
  return entered.every(isDone) && (rung === 0 || isOver(trials, rung - 1, race));
}

/** Runs that go on after a rung. */
function goingOn(trials: readonly Trial[], rung: number, race: Race): readonly Trial[] {
  const { better, factor, waits } = race;
  const all = ranked(trials, rung, better);
  const best = Math.floor(all.length / factor);
  if (!waits) return all.slice(0, best);
  return isOver(trials, rung, race) ? all.slice(0, Math.max(1, best)) : [];
}

/** The best run of the highest rung that any came to the end of, so that one is trained to its end. */
function last(trials: readonly Trial[], { better, rungs }: Race): Task[] {
  for (let rung = rungs - 1; rung >= 0; rung--) {
    const all = ranked(trials, rung, better);
    if (all.length === 0) continue;
    if (rung === rungs - 1) return [];
    const trial = all.find(({ failure }) => failure === undefined);
    return trial ? [{ trial, rung: rung + 1 }] : [];
  }
  return [];
}

/**
 * The next run to train: a run that was broken off, else one that goes on, from the highest rung down
 * (ASHA: Li et al. 2020, algorithm 2, https://arxiv.org/abs/1810.05934), else a new one. Without rungs it is
 * one run after the other.
 * @param isRunning whether a run is being trained
 * @returns undefined where there is nothing to do until a run ends, or at all
 */
export function nextTask(
  trials: readonly Trial[],
  race: Race,
  isRunning: (trial: Trial) => boolean,
): Task | undefined {
  const isOpen = (trial: Trial) => trial.failure === undefined && !isRunning(trial);
  const broken = trials.find((each) => isOpen(each) && each.given > each.results.length);
  if (broken) return { trial: broken, rung: broken.given - 1 };
  for (let rung = race.rungs - 2; rung >= 0; rung--) {
    const trial = goingOn(trials, rung, race).find(
      (each) => isOpen(each) && each.given === rung + 1,
    );
    if (trial) return { trial, rung: rung + 1 };
  }
  const fresh = trials.find((each) => isOpen(each) && each.given === 0);
  if (fresh) return { trial: fresh, rung: 0 };
  return trials.some(isRunning) ? undefined : last(trials, race)[0];
}
