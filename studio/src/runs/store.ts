import { signal } from '@preact/signals';
import { UserError } from '../../../src/base/errors.js';
import type { KeptRun } from '../storage/database.js';
import type { RunContent } from './content.js';
import { changeKept, listKept, openKept, removeKept } from './kept.js';
import { live } from './live.js';
import { listServed, openServed, type ServedRun } from './served.js';
import { openShipped } from './shipped.js';

/** A run that the page can open. */
export interface RunEntry {
  /** `served:<folder>` for a run beside the page, `kept:<id>` for one that the browser keeps. */
  readonly id: string;
  readonly name: string;
  readonly place: 'served' | 'kept';
  /** Time of its last change, in milliseconds since 1970. */
  readonly modified: number;
  /** The folder of the sweep that it is of, beside the page. */
  readonly sweep?: string;
  /** The run as the browser keeps it. */
  readonly kept?: KeptRun;
}

/** All runs, the newest first; undefined until they were first listed. */
export const runs = signal<readonly RunEntry[] | undefined>(undefined);

/** The reason why some runs could not be listed, in words for the user. */
export const runsProblem = signal<string | undefined>(undefined);

const keptEntry = (kept: KeptRun): RunEntry => ({
  id: `kept:${kept.id}`,
  name: kept.name,
  place: 'kept',
  modified: kept.modified,
  kept,
});

const servedEntry = ({ folder, modified, sweep }: ServedRun): RunEntry => ({
  id: `served:${folder}`,
  name: folder,
  place: 'served',
  modified,
  ...(sweep === undefined ? {} : { sweep }),
});

/** Lists the runs anew. */
export async function refreshRuns(): Promise<void> {
  const problems: string[] = [];
  const or = async (list: Promise<readonly RunEntry[]>): Promise<readonly RunEntry[]> => {
    try {
      return await list;
    } catch (error) {
      problems.push((error as Error).message);
      return [];
    }
  };
  const [served, own] = await Promise.all([
    or(listServed().then((list) => list.map(servedEntry))),
    or(listKept().then((list) => list.map(keptEntry))),
  ]);
  runs.value = [...served, ...own].sort((a, b) => b.modified - a.modified);
  runsProblem.value = problems[0];
}

/** A name that no run has: the given one, or the given one with a number. */
export function freeName(name: string): string {
  const taken = new Set(runs.value?.map((run) => run.name));
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(free)) return free;
  }
}

/** All of a run. @throws UserError when it is not there or damaged */
export async function readRun(id: string): Promise<RunContent> {
  const [, place, key] = /^(served|kept|shipped):(.+)$/s.exec(id) ?? [];
  if (place === 'served') return openServed(key!);
  if (place === 'kept') return live.value?.id === key ? live.value!.snapshot() : openKept(key!);
  if (place === 'shipped') return openShipped(key!);
  throw new UserError(`There is no run ${id}. Choose another one.`);
}

/** Gives a run that the browser keeps another name. @throws UserError when that is none */
export async function renameRun(id: string, given: string): Promise<void> {
  const name = given.trim();
  if (name === '') throw new UserError('A run needs a name. Write at least one letter.');
  await changeKept(id.replace(/^kept:/, ''), { name });
  await refreshRuns();
}

/** Forgets a run that the browser keeps. */
export async function removeRun(id: string): Promise<void> {
  await removeKept(id.replace(/^kept:/, ''));
  await refreshRuns();
}
