import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  fork,
  spawn,
} from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export { emptyFolder, quarters, tree, writeQuarters } from './folder.js';

/** The built command line. */
export const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));
if (!existsSync(main)) throw new Error('These tests run what is built: npm run build first.');

/** Outcome of a process. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line in a folder. */
export function start(cwd: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...args], { cwd });
}

/** The end of a process, and all it said from now on. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Runs `vaekit` in a folder to its end, in a process of its own. */
export function alone(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return ended(start(cwd, args));
}

let shared: ChildProcess | undefined;
let isBusy = false;

/** Runs `vaekit` in the process that later calls share. */
async function together(cwd: string, args: readonly string[]): Promise<Ended> {
  shared ??= fork(fileURLToPath(new URL('commands.mjs', import.meta.url)), [main], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const child = shared;
  // Text of native code, and of a command that ends the process.
  let noise = '';
  const listen = (text: Buffer) => {
    noise += text;
  };
  child.stderr!.on('data', listen);
  isBusy = true;
  child.send({ cwd, args, env: process.env });
  const end = new AbortController();
  const [said, code] = await Promise.race([
    once(child, 'message', { signal: end.signal }),
    once(child, 'close', { signal: end.signal }).then(([code]) => [undefined, code]),
  ]);
  end.abort();
  // Text that came with the message is read by then.
  await new Promise(setImmediate);
  child.stderr!.off('data', listen);
  isBusy = false;
  if (said) return { ...said, stderr: said.stderr + noise };
  shared = undefined;
  return { code, stdout: '', stderr: noise };
}

const started = new Set<string | undefined>();

/**
 * Runs `vaekit` in a folder to its end. The first call of each command in a process of tests has a process of its
 * own; later ones share one, as loading vaekit takes longer than most commands.
 */
export function vaekit(cwd: string, ...args: readonly string[]): Promise<Ended> {
  const [command] = args;
  if (started.has(command) && !isBusy) return together(cwd, args);
  started.add(command);
  return alone(cwd, ...args);
}
