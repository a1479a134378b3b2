import { helper } from '../model/helper.js';
import type { KeptRun } from '../storage/database.js';
import { freeName, refreshRuns } from './store.js';

/**
 * Keeps the run of a zip archive that was given to the page; undefined when the archive holds none.
 * @throws UserError when the archive or the run in it is damaged, or the browser has no room
 */
export async function importRun(archive: Blob, name: string): Promise<KeptRun | undefined> {
  const base = name.replace(/^.*[\\/]|\.zip$/gi, '');
  const kept = await helper().service.importRun(archive, freeName(base));
  await refreshRuns();
  return kept;
}
