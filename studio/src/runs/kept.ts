import { UserError } from '../../../src/base/errors.js';
import { database, type KeptRun, storageError } from '../storage/database.js';
import { configInForce } from '../train/steering.js';
import type { RunContent } from './content.js';

export const parametersFile = 'parameters.safetensors';
export const checkpointFile = 'checkpoint.safetensors';
/** The record of how the latents moved while the run was trained. */
export const learningFile = 'learning.safetensors';

/** The runs that the browser keeps. @throws UserError when it keeps nothing */
export async function listKept(): Promise<readonly KeptRun[]> {
  return (await database()).getAll('runs');
}

/** A run that the browser keeps, without its files; undefined when it does not. */
export async function keptRun(id: string): Promise<KeptRun | undefined> {
  return (await database()).get('runs', id);
}

/** All of a run that the browser keeps. @throws UserError when it does not */
export async function openKept(id: string): Promise<RunContent> {
  const run = await keptRun(id);
  const parameters = await keptFile(id, parametersFile);
  if (!run || !parameters) {
    throw new UserError('This browser no longer keeps the run. Choose another one.');
  }
  return contentOf(run, parameters);
}

/** A run with its parameters, as all views take runs. */
export function contentOf(run: KeptRun, parameters: Uint8Array<ArrayBuffer>): RunContent {
  const { id, name, config, metrics, position, steered, judgement } = run;
  return {
    id: `kept:${id}`,
    name,
    config: configInForce(config, steered),
    metrics,
    parameters,
    ...(position ? { position } : {}),
    ...(judgement ? { judgement } : {}),
  };
}

/** A file of a run that the browser keeps; undefined when it does not. */
export async function keptFile(
  id: string,
  file: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const blob = await (await database()).get('files', `${id}/${file}`);
  return blob && new Uint8Array(await blob.arrayBuffer());
}

/** Keeps a run in the place of its earlier state: all of it or nothing. @throws UserError */
export async function keepRun(
  run: KeptRun,
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
): Promise<void> {
  const change = (await database()).transaction(['runs', 'files'], 'readwrite');
  try {
    const runs = change.objectStore('runs');
    // The run may have been renamed since it was last kept.
    const { name } = (await runs.get(run.id)) ?? run;
    const puts = [
      runs.put({ ...run, name }),
      ...Object.entries(files).map(([name, bytes]) =>
        change.objectStore('files').put(new Blob([bytes]), `${run.id}/${name}`),
      ),
    ];
    await Promise.all([...puts, change.done]);
  } catch (error) {
    // The transaction has the reason of a failure; a request's own error does not tell it.
    throw storageError(change.error ?? error);
  }
}

/** Changes a run's record, which is kept beside its files; does nothing where there is none. */
export async function changeKept(id: string, given: Partial<KeptRun>): Promise<void> {
  const change = (await database()).transaction('runs', 'readwrite');
  const before = await change.store.get(id);
  if (before) await change.store.put({ ...before, ...given });
  await change.done;
}

/** Forgets a run and its files. */
export async function removeKept(id: string): Promise<void> {
  const change = (await database()).transaction(['runs', 'files'], 'readwrite');
  await Promise.all([
    change.objectStore('runs').delete(id),
    change.objectStore('files').delete(IDBKeyRange.bound(`${id}/`, `${id}/\uffff`)),
    change.done,
  ]);
}
