import { spawn, spawnSync } from 'node:child_process';

/**
 * The outcome of a program: the objects that it printed, a line each, and the most memory of the card that it held.
 * @typedef {{ lines: readonly any[], cardMegabytes?: number } | { failed: string }} Outcome
 */

/** Megabytes of the card that a process holds, by nvidia-smi; undefined where it does not say. */
function cardMegabytes(/** @type {number | undefined} */ pid) {
  const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'];
  const { stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((row) => row.split(',').map(Number));
  // In a container it tells of no other ids than the host's: then one program is all that runs.
  const own = rows.find(([id]) => id === pid) ?? (rows.length === 2 ? rows[0] : undefined);
  return own?.[1];
}

/** How often the card is asked while a program runs. */
const pollMilliseconds = 500;

const kept = 4000;

/** The line by which a failed program tells why. */
function reasonOf(/** @type {string} */ text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return (lines.findLast((line) => /(Error|cannot)\b/.test(line)) ?? lines.at(-1) ?? 'no word')
    .trim()
    .slice(0, 400);
}

/**
 * Runs a program to its end, or to a limit.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, seconds: number, card?: boolean }} options
 * @returns {Promise<Outcome>}
 */
export async function run(program, args, { env = {}, seconds, card = false }) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-kept);
  });
  /** @type {number | undefined} */
  let most;
  const timer = setInterval(() => {
    const now = card ? cardMegabytes(child.pid) : undefined;
    if (now !== undefined) most = Math.max(most ?? 0, now);
  }, pollMilliseconds);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, 1000 * seconds);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      errors = error.message;
    });
    child.on('close', resolve);
  });
  clearInterval(timer);
  clearTimeout(limit);
  if (late) return { failed: `not done after ${Math.round(seconds)} s` };
  if (code !== 0) return { failed: reasonOf(`${output}\n${errors}`) };
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return {
    lines: lines.map((line) => JSON.parse(line)),
    ...(most === undefined ? {} : { cardMegabytes: most }),
  };
}
