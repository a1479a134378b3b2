import { UserError } from '../base/errors.js';
import { quote } from '../base/excerpt.js';
import { formatBytes } from '../report/number.js';
import { formatHubAddress, parseHubAddress } from '../runs/index.js';
import { type PushOptions, pushRun, sharedFiles } from '../sharing/index.js';
import { cardFile } from '../sharing/shared-files.js';
import { hubOptions, withRun } from './hub.js';
import { abortOnSignals } from './signals.js';

/** Options of `vaekit push`. */
export interface PushFlags
  extends Pick<PushOptions, 'private' | 'license' | 'message' | 'checkpoints'> {
  readonly revision?: string;
  readonly dryRun?: boolean;
}

/** The place that is meant, by its words and `--revision`. @throws UserError when both name a revision */
function placeOf(repository: string, revision: string | undefined) {
  const address = parseHubAddress(repository);
  if (revision === undefined) return address;
  if (address.revision !== 'main' && address.revision !== revision) {
    throw new UserError(
      `${repository} names the revision ${quote(address.revision)}, and --revision another. Give one.`,
    );
  }
  return parseHubAddress(formatHubAddress({ ...address, revision }));
}

/** `vaekit push`: shares a run, and lists the files sent. */
export async function push(run: string, repository: string, flags: PushFlags): Promise<void> {
  const { revision, dryRun, ...given } = flags;
  const to = placeOf(repository, revision);
  const signals = abortOnSignals(`Stopping: nothing of it will be seen in ${to.repo}.`);
  const options = { ...hubOptions(), ...given, signal: signals.signal };
  try {
    if (dryRun) return tellShared(await withRun(run, (folder) => sharedFiles(folder, to, options)));
    const done = await withRun(run, (folder) => pushRun(folder, formatHubAddress(to), options));
    const { sent, removed, keepsCard, page, commit, address } = done;
    const counted = (count: number) => `${count} ${count === 1 ? 'file' : 'files'}`;
    const gone = removed.length > 0 ? `, ${counted(removed.length)} removed` : '';
    const lines = [
      sent.length + removed.length === 0
        ? `${to.repo} has all of it already.`
        : `Sent ${counted(sent.length)}${gone}: ${page} at commit ${commit.slice(0, 7)}.`,
      ...(keepsCard ? [`Its ${cardFile} was written by hand, and stays.`] : []),
      ...(given.license || keepsCard
        ? []
        : ['The card names no licence: name one by --license mit.']),
      `Use it: vaekit info ${address}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  } catch (error) {
    if (!signals.signal.aborted) throw error;
    process.exitCode = signals.exitCode();
  } finally {
    signals.stop();
  }
}

/** The files that would be shared, with their sizes, and the card. */
function tellShared({ files }: Awaited<ReturnType<typeof sharedFiles>>): void {
  const lines = [...files].map(([name, { length }]) => `${name}, ${formatBytes(length)}`);
  const card = new TextDecoder().decode(files.get(cardFile));
  process.stdout.write(`${lines.join('\n')}\n\n${card}`);
}
