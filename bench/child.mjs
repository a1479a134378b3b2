import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Characters kept of a failing program's words. */
const keptErrors = 20_000;

/**
 * The line by which a failed program names the error, else its last line.
 * @param {string} text
 */
function reasonOf(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  const told = lines.findLast((line) => /^\S*Error\b|\bcannot\b/.test(line)) ?? lines.at(-1);
  return told?.trim();
}

/** The object that a line holds; undefined for other words, and for a number that JSON has not. */
function objectIn(/** @type {string} */ text) {
  try {
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs a program to its end, or to a limit, after which it is killed.
 * @param {{ program: string, args: readonly string[], env?: NodeJS.ProcessEnv }} command
 * @param {object} options
 * @param {number} options.seconds at the most
 * @param {(pid: number | undefined) => void} options.watch called at each line and beside, while the program runs
 * @param {number} options.watchMilliseconds how often beside
 * @returns {Promise<any[]>} the objects that it printed, a line each, with the `seconds` since it was started
 * @throws when it fails, with the line by which it says why, or is not done in time
 */
export async function linesOf({ program, args, env }, { seconds, watch, watchMilliseconds }) {
  const began = performance.now();
  const child = spawn(program, args, {
    cwd: here,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {any[]} */
  const lines = [];
  let said = '';
  const hear = (/** @type {string} */ text) => {
    said = (said + text).slice(-keptErrors);
  };
  child.stderr.setEncoding('utf8').on('data', hear);
  createInterface({ input: child.stdout }).on('line', (text) => {
    watch(child.pid);
    const line = objectIn(text);
    if (line === undefined) hear(`${text}\n`);
    else lines.push({ ...line, seconds: (performance.now() - began) / 1000 });
  });
  const timer = setInterval(() => watch(child.pid), watchMilliseconds);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, 1000 * seconds);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => hear(`\n${error.message}`));
    child.on('close', resolve);
  });
  clearInterval(timer);
  clearTimeout(limit);
  if (late) throw new Error(`it was not done after ${Math.round(seconds)} s`);
  if (code !== 0) throw new Error(reasonOf(said) ?? `it ended with code ${code}`);
  return lines;
}
