import { exists, isDirectory, readFile } from '#files';
import { UserError } from '../base/errors.js';
import { isHubAddress } from './hub/address.js';
import type { HubOptions } from './hub/connection.js';
import { filesInFolder, filesInZip, type RunFiles } from './run-files.js';

/**
 * The files of a run that is there: a folder, a zip archive, or a place on the Hub.
 * @param place the path, the bytes of a zip archive, or `hf://owner/name`
 * @param mark the file that a run has at least
 * @throws UserError when there is no run
 */
export async function openRunFiles(
  place: string | Uint8Array,
  mark: string,
  hub: HubOptions = {},
): Promise<RunFiles> {
  if (typeof place !== 'string') return filesInZip(place, 'run.zip', mark);
  if (isHubAddress(place)) {
    const { filesOnHub } = await import('./hub/hub-files.js');
    return filesOnHub(place, mark, hub);
  }
  if ((await exists(place)) && !(await isDirectory(place))) {
    return filesInZip(await readFile(place), place, mark);
  }
  const files = filesInFolder(place);
  if (await files.has(mark)) return files;
  throw new UserError(
    `${place} holds no run: there is no ${mark} in it. Give the folder that training wrote, or a zip of it.`,
  );
}
