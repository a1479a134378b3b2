import { UserError } from '../../../src/base/errors.js';
import { readServed } from './served.js';

/** A run of a sweep that came to an end. */
export interface SweptRun {
  /** Id by which the page knows the run: `served:first/007`. */
  readonly id: string;
  readonly name: string;
  /** Values of the settings by their paths. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The number that runs are compared by. */
  readonly value: number;
}

/** A sweep beside the page. */
export interface OpenedSweep {
  readonly metric: string;
  readonly better: 'less' | 'more';
  readonly runs: readonly SweptRun[];
}

/** The content of a `sweep.json`, as far as the page needs it. */
interface SweepFile {
  readonly metric?: { readonly name?: unknown; readonly better?: unknown };
  readonly runs?: readonly {
    readonly run?: unknown;
    readonly settings?: unknown;
    readonly results?: unknown;
  }[];
}

/**
 * The runs of a sweep that have a number to be compared by.
 * @param folder of the sweep; empty where that is the folder of all runs
 * @throws UserError when its file is not there or damaged
 */
export async function openSweep(folder: string): Promise<OpenedSweep> {
  const text = new TextDecoder().decode(await readServed(folder, 'sweep.json'));
  let file: SweepFile;
  try {
    file = JSON.parse(text) as SweepFile;
  } catch {
    file = {};
  }
  const { metric, runs } = file;
  if (typeof metric?.name !== 'string' || !Array.isArray(runs)) {
    throw new UserError(
      `${folder}/sweep.json is no sweep that vaekit wrote. Start the sweep's command again.`,
    );
  }
  const found = (runs as NonNullable<SweepFile['runs']>).flatMap(({ run, settings, results }) => {
    const value = Array.isArray(results) ? (results.at(-1) as unknown) : undefined;
    const isWhole = typeof settings === 'object' && settings !== null;
    if (typeof run !== 'string' || !isWhole || typeof value !== 'number') return [];
    const place = folder === '' ? run : `${folder}/${run}`;
    return [
      { id: `served:${place}`, name: place, settings: settings as SweptRun['settings'], value },
    ];
  });
  return { metric: metric.name, better: metric.better === 'more' ? 'more' : 'less', runs: found };
}
