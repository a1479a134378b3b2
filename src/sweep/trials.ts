import { UserError } from '../base/errors.js';
import type { Method, Search } from './definition.js';
import { drawValue, gridValues } from './settings.js';

/** Most runs of a sweep: more are hardly meant. */
const mostRuns = 100_000;

/** A run of a sweep: plain data, from which a sweep goes on. */
export interface Trial {
  /** Counted from 1. */
  readonly number: number;
  /** Values of the settings by their paths. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The number of rungs that it began. */
  given: number;
  /** The metric after each rung that it came to the end of. */
  readonly results: number[];
  /** Epochs trained, where they are known. */
  epochs?: number;
  /** The reason why it failed. */
  failure?: string;
}

/** Every value of every setting with every other; the last setting changes first. */
function grid(settings: Search['settings']): Readonly<Record<string, unknown>>[] {
  const axes = Object.entries(settings).map(([path, each]) => [path, gridValues(each)] as const);
  const size = axes.reduce((product, [, values]) => product * values.length, 1);
  if (size > mostRuns) {
    throw new UserError(
      `A grid of these settings has ${size} runs. Give fewer values, or draw some: { "type": "random", "runs": 100 }.`,
    );
  }
  return axes.reduce<Readonly<Record<string, unknown>>[]>(
    (before, [path, values]) =>
      before.flatMap((each) => values.map((value) => ({ ...each, [path]: value }))),
    [{}],
  );
}

/** Settings of so many runs; a run's settings do not depend on their number. */
function drawn(settings: Search['settings'], runs: number, seed: number) {
  return Array.from({ length: runs }, (_, i) =>
    Object.fromEntries(
      Object.entries(settings).map(([path, each]) => [path, drawValue(each, seed, path, i + 1)]),
    ),
  );
}

/**
 * The runs of a sweep before the first is trained.
 * @throws UserError when a grid is too large
 */
export function trialsOf({ method, settings }: Search): Trial[] {
  const runs = 'runs' in method ? method.runs : undefined;
  const all =
    runs === undefined || method.type === 'grid'
      ? grid(settings)
      : drawn(settings, runs, method.seed);
  return all.map((each, i) => ({ number: i + 1, settings: each, given: 0, results: [] }));
}

/**
 * The epochs after which runs are compared, the last being all of them: a factor lies between two.
 * @param epochs of a whole training
 */
export function rungsOf(method: Method, epochs: number): readonly number[] {
  if (method.type !== 'halving' && method.type !== 'asha') return [epochs];
  const { least, factor } = method;
  const rungs = [epochs];
  for (let next = epochs / factor; Math.floor(next) >= least; next /= factor) {
    rungs.unshift(Math.floor(next));
  }
  return rungs;
}
