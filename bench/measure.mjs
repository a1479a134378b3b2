import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * A line that a contestant tells: see `contestants/index.mjs`.
 * @typedef {object} Line
 * @property {number} seconds since the contestant was started
 * @property {object} [versions]
 * @property {{ steps: number }} [first]
 * @property {number} [steps]
 * @property {number} [msPerStep]
 */

/**
 * Measurements of one run of a contestant.
 * @typedef {object} Round
 * @property {number} msPerStep the median of its stretches after the warm-up
 * @property {{ seconds: number, steps: number }} first from the start of its process to its first
 *   loss, and the steps done by then
 * @property {number} [peakMemory] bytes resident, where the system tells them
 */

/**
 * Figures from the lines of a contestant.
 * @param {readonly Line[]} lines
 * @returns {Round & { versions: object }}
 */
export function roundOf(lines) {
  const stretches = lines.filter(({ msPerStep }) => msPerStep !== undefined);
  const first = lines.find(({ first, msPerStep }) => first ?? msPerStep !== undefined);
  if (stretches.length < 2 || !first) throw new Error('it told fewer than two measurements');
  return {
    msPerStep: median(stretches.slice(1).map(({ msPerStep = Number.NaN }) => msPerStep)),
    first: { seconds: first.seconds, steps: first.first?.steps ?? first.steps ?? 0 },
    versions: lines.find(({ versions }) => versions)?.versions ?? {},
  };
}

/**
 * The most memory that a process has had resident, in bytes.
 * @param {number | undefined} pid
 */
function peakMemoryOf(pid) {
  try {
    const [, kilobytes] =
      /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

/** How often a running process is asked for its memory. */
const pollMilliseconds = 50;

/** A contestant that takes longer than this is ended. */
const longestSeconds = 240;

/** How much of what a failing program says is kept. */
const keptErrors = 20_000;

/**
 * The line by which a failed program names the error, else its last line.
 * @param {string} text
 */
function errorLine(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return (lines.findLast((line) => /^\S*Error\b/.test(line)) ?? lines.at(-1) ?? '').trim();
}

/**
 * Runs a contestant to its end.
 * @param {import('./contestants/index.mjs').Contestant} contestant
 * @returns {Promise<Round & { versions: object }>}
 */
export async function measure(contestant) {
  const { program, args, env } = contestant.command();
  const began = performance.now();
  const child = spawn(program, args, {
    cwd: here,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {Line[]} */
  const lines = [];
  /** @type {number | undefined} */
  let peakMemory;
  let errors = '';
  const poll = () => {
    peakMemory = peakMemoryOf(child.pid) ?? peakMemory;
  };
  const timer = setInterval(poll, pollMilliseconds);
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-keptErrors);
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    poll();
    if (!text.startsWith('{')) return;
    lines.push({ ...JSON.parse(text), seconds: (performance.now() - began) / 1000 });
  });
  let slow = false;
  const limit = setTimeout(() => {
    slow = true;
    child.kill();
  }, 1000 * longestSeconds);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      errors = error.message;
    });
    child.on('close', resolve);
  });
  clearInterval(timer);
  clearTimeout(limit);
  if (slow) throw new Error(`it was not done after ${longestSeconds} s`);
  if (code !== 0) throw new Error(errorLine(errors) || `it ended with code ${code}`);
  return { ...roundOf(lines), ...(peakMemory === undefined ? {} : { peakMemory }) };
}
