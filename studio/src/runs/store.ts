import { signal } from '@preact/signals';
import { UserError } from '../../../src/data/errors.js';
import type { RunContent } from '../model/api.js';
import { database, type KeptRun, storageError } from './database.js';
import { listServed, openServed } from './served.js';

/** A run that the page can open. */
export interface RunEntry {
  /** `served:<folder>` for what the CLI's server shows, `kept:<id>` for what the browser keeps. */
  readonly id: string;
  readonly name: string;
  readonly place: 'served' | 'kept';
  /** When it last changed, in milliseconds since 1970. */
  readonly modified: number;
}

/** All runs, the newest first; undefined until they were first listed. */
export const runs = signal<readonly RunEntry[] | undefined>(undefined);

/** Why some runs could not be listed, in words for the user. */
export const runsProblem = signal<string | undefined>(undefined);

const keptEntry = ({ id, name, modified }: KeptRun): RunEntry => ({
  id: `kept:${id}`,
  name,
  place: 'kept',
  modified,
});

/** Lists the runs anew. */
export async function refreshRuns(): Promise<void> {
  const problems: string[] = [];
  const or = async <Item>(list: Promise<readonly Item[]>): Promise<readonly Item[]> => {
    try {
      return await list;
    } catch (error) {
      problems.push((error as Error).message);
      return [];
    }
  };
  const kept = async () => (await (await database()).getAll('runs')).map(keptEntry);
  const [served, own] = await Promise.all([or(listServed()), or(kept())]);
  runs.value = [...served, ...own].sort((a, b) => b.modified - a.modified);
  runsProblem.value = problems[0];
}

/** All of a run. @throws UserError when it is not there or damaged */
export async function readRun(id: string): Promise<RunContent> {
  const [, place, key] = /^(served|kept):(.+)$/s.exec(id) ?? [];
  if (place === 'served') return openServed(key!);
  const db = await database();
  const run = key === undefined ? undefined : await db.get('runs', key);
  const parameters = await db.get('files', `${key}/parameters.safetensors`);
  if (!run || !parameters) {
    throw new UserError('This browser no longer keeps the run. Choose another one.');
  }
  const { name, config, metrics } = run;
  return { id, name, config, metrics, parameters };
}

/** Keeps a run in the browser, in the place of an earlier state. @throws UserError */
export async function keepRun(
  run: KeptRun,
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
): Promise<void> {
  try {
    const db = await database();
    const change = db.transaction(['runs', 'files'], 'readwrite');
    change.objectStore('runs').put(run);
    for (const [name, bytes] of Object.entries(files)) {
      change.objectStore('files').put(bytes, `${run.id}/${name}`);
    }
    await change.done;
  } catch (error) {
    throw storageError(error);
  }
}

/** Forgets a run that the browser keeps. */
export async function removeRun(id: string): Promise<void> {
  const key = id.replace(/^kept:/, '');
  const db = await database();
  const change = db.transaction(['runs', 'files'], 'readwrite');
  change.objectStore('runs').delete(key);
  change.objectStore('files').delete(IDBKeyRange.bound(`${key}/`, `${key}/\uffff`));
  await change.done;
  await refreshRuns();
}
