import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.js';
import { codeOf, explanationOf } from '../../base/file-errors.js';
import { ownFile } from '../../base/own-files.node.js';

/** The command line as it is shipped. */
const commandLine = 'dist/bin/vaekit.js';

/** Signals and codes by which a stopped job ends; its run can go on. */
const stopped = new Set<string | number | null>(['SIGINT', 'SIGTERM', 'SIGKILL', 130, 143, 137]);

/** Bytes of the end of a log in which the reason is looked for. */
const mostReason = 8192;

/** The words of a launcher, which may be quoted: `srun -n1 --comment 'a sweep'`. */
export function wordsOf(launcher: string): readonly string[] {
  const words = launcher.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, plain]) => double ?? single ?? plain!);
}

/** A launcher that cannot be started, so that no run can be. */
export class LauncherError extends UserError {}

/** The end of a job that failed or was stopped. */
export class JobError extends UserError {
  constructor(
    message: string,
    /** True where a signal ended it, so that it may go on. */
    readonly isStopped: boolean,
  ) {
    super(message);
  }
}

/** The way in which jobs are started. */
export interface Starting {
  /** Words before the command, such as `srun -n1`. */
  readonly launcher: readonly string[];
  /** Ends the job by SIGTERM; the job then saves the trained model. */
  readonly signal: AbortSignal;
  /** The file that its output is added to. */
  readonly log: string;
}

/** The last error that a job wrote, or else its last line. */
async function reasonIn(log: string): Promise<string | undefined> {
  const { size } = await stat(log);
  const file = await open(log);
  try {
    const length = Math.min(size, mostReason);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer
      .toString('utf8')
      .split('\n')
      .map((line) => line.trim());
    const told = lines.findLast((line) => line.startsWith('vaekit: '));
    return told?.slice('vaekit: '.length) ?? lines.findLast((line) => line !== '');
  } finally {
    await file.close();
  }
}

/** The end of a process: a code, or the signal that ended it. */
function endOf(child: ChildProcess, name: string): Promise<number | string | null> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      const reason = codeOf(error) === 'ENOENT' ? 'there is no such program' : explanationOf(error);
      reject(new LauncherError(`${name} cannot be started: ${reason ?? error.message}.`));
    });
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
}

/**
 * Runs a command of vaekit in a process of its own, to its end.
 * @throws JobError when it fails, with the reason that it gave; LauncherError
 */
export async function runCommand(
  args: readonly string[],
  { launcher, signal, log }: Starting,
): Promise<void> {
  const [file, ...words] = [...launcher, process.execPath, ownFile(commandLine), ...args] as [
    string,
  ];
  const output = openSync(log, 'a');
  let end: number | string | null;
  try {
    const child = spawn(file, words, { stdio: ['ignore', output, output], windowsHide: true });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    end = await endOf(child, launcher.length > 0 ? `--launcher: ${file}` : file);
    signal.removeEventListener('abort', stop);
  } finally {
    closeSync(output);
  }
  if (end === 0) return;
  const isStopped = stopped.has(end);
  const reason = isStopped ? undefined : await reasonIn(log);
  throw new JobError(
    reason ?? (typeof end === 'number' ? `it ended with code ${end}` : `${end} ended it`),
    isStopped,
  );
}
