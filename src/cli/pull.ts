import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/errors.js';
import { localName, RunFolder } from '../runs/index.js';
import { pullRun } from '../sharing/index.js';
import { usualData } from './config/run-flags.js';
import { locateData, requireData } from './data-path.js';
import { hubOptions, withRun } from './hub.js';
import { shellWord } from './shell-word.js';

/** `runs/digits`, or the first of `runs/digits-2`, `-3` … that holds no run. */
async function freeFolder(base: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    if (!(await RunFolder.holdsRun(path))) return path;
  }
}

/** `vaekit pull`: fetches a run into a folder, `runs/<name>` when left out. */
export async function pull(address: string, folder?: string): Promise<void> {
  const to = folder ?? (await freeFolder(`runs/${localName(address)}`));
  await withRun(address, (run) => pullRun(run, to, hubOptions()));
  process.stdout.write(`Written to ${to}\n`);
}

/**
 * Fetches a run to train it on.
 * @param isDataGiven whether the command line names data; else the run's data must be published
 * @returns its folder
 * @throws UserError when it has no checkpoints, or its data is not known here
 */
export async function pullForTraining(
  address: string,
  folder: string | undefined,
  isDataGiven: boolean,
): Promise<string> {
  const to = folder ?? (await freeFolder(`runs/${localName(address)}`));
  await withRun(address, async (run) => {
    const { training = {} } = (await run.readConfig()) as { training?: Record<string, unknown> };
    if (!isDataGiven) {
      await requireData(address, await locateData(address, training, usualData));
    }
    if ((await run.list('checkpoints')).length === 0) {
      throw new UserError(
        `${address} has no checkpoints, from which training could go on. Push it with --checkpoints, or train anew: vaekit train --config ${shellWord(`${address}/config.json`)}.`,
      );
    }
    await pullRun(run, to, hubOptions());
  });
  process.stdout.write(`${address} goes on in ${to}.\n`);
  return to;
}

/** A run on the Hub as a folder for as long as the process lives. @returns its path, and a function that removes it */
export async function pullForNow(address: string) {
  const above = await mkdtemp(join(tmpdir(), 'vaekit-'));
  const remove = () => rm(above, { recursive: true, force: true });
  const folder = join(above, localName(address));
  try {
    await withRun(address, (run) => pullRun(run, folder, hubOptions()));
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
