import { type HubOptions, RunFolder } from '../runs/index.js';
import { isShared } from './shared-files.js';

/**
 * Writes a run that is on the Hub, or in a zip archive, into a folder of its own, with its checkpoints where it has
 * some. `config.json` comes last, so that the folder of a broken pull holds no run.
 * @param from `hf://owner/name`, or a zip archive
 * @param to a folder that holds no run yet
 * @throws UserError when there is no run, or the folder cannot be written; the signal's reason when that aborts
 */
export async function pullRun(
  from: string | RunFolder,
  to: string,
  options: HubOptions = {},
): Promise<RunFolder> {
  const run = typeof from === 'string' ? await RunFolder.open(from, options) : from;
  const folder = await RunFolder.create(to);
  const checkpoints = (await run.list('checkpoints')).map((name) => `checkpoints/${name}`);
  const names = [...(await run.list()), ...checkpoints].filter((name) => isShared(name, true));
  const last = 'config.json';
  for (const name of [...names.filter((each) => each !== last), last]) {
    options.signal?.throwIfAborted();
    await folder.write(name, await run.read(name));
  }
  return folder;
}
