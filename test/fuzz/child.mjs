/*
 * Reads inputs in this process. A line of standard input asks for those of one reader, from a number on, or for a
 * file: `{"name": "npy", "seed": 1, "start": 0, "end": 50, "seconds": 1, "megabytes": 256}`. Says on standard output,
 * a JSON line each, which input comes next, so that its parent knows which one killed it, each failure, and at last
 * how it went.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../dist/index.js';
import { faultyReaders } from './faulty.mjs';
import { inputsOf } from './inputs.mjs';
import { randomFrom } from './random.mjs';
import { readers } from './readers.mjs';

const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

/** Bytes of memory now, and the most since the last call; the latter on Linux alone. */
function memory() {
  if (process.platform !== 'linux') return { now: 0, peak: 0 };
  const status = readFileSync('/proc/self/status', 'latin1');
  const field = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)[1]) * 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** Sets the peak to the memory used now. */
function resetPeak() {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** The reason why an error is none that a user should see; undefined when it is one. */
function wrong(error) {
  if (!(error instanceof UserError)) return `threw ${error?.stack ?? String(error)}`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(error.message)) return `not one line: ${error.message}`;
  if (error.message.length > 1500) return `${error.message.length} characters`;
  return undefined;
}

/** Memory before the first input of the process. */
let least = Number.POSITIVE_INFINITY;

/** Reads an input once, and gives its fault, time and memory. */
async function attempt({ reader, places }, bytes, random) {
  resetPeak();
  // Garbage of earlier inputs must not hide the memory that this one takes.
  const before = Math.min(memory().now, least);
  const begun = performance.now();
  let fault;
  let refused = false;
  try {
    await reader.read(bytes, places, random);
  } catch (error) {
    refused = true;
    fault = wrong(error);
  }
  const took = (performance.now() - begun) / 1000;
  const grown = memory().peak - before - bytes.length;
  return { fault, refused, took, grown };
}

let rejection;
process.on('unhandledRejection', (error) => {
  rejection = error;
});

/** Reads an input, and again when it was slow or large: a busy machine is no fault of the reader. */
async function judge(task, bytes, remake) {
  const { seconds, megabytes } = task;
  const isOver = ({ took, grown }) => took > seconds || grown > megabytes * 2 ** 20;
  let result = await attempt(task, bytes, remake());
  for (let i = 0; i < 2 && isOver(result); i++) {
    globalThis.gc?.();
    const again = await attempt(task, bytes, remake());
    result = {
      ...again,
      took: Math.min(result.took, again.took),
      grown: Math.min(result.grown, again.grown),
    };
  }
  if (rejection) result.fault ??= `rejected behind its back: ${rejection?.stack ?? rejection}`;
  rejection = undefined;
  if (result.took > seconds) result.fault ??= `took ${result.took.toFixed(2)} s`;
  if (result.grown > megabytes * 2 ** 20) {
    result.fault = `${result.fault ?? ''} took ${Math.round(result.grown / 2 ** 20)} MB of memory`;
  }
  return result;
}

let others;

/** The inputs of a task, each when it is asked for. */
async function* inputs(task) {
  const { reader, seed, start, end, file } = task;
  if (file !== undefined) {
    yield { at: file, bytes: new Uint8Array(readFileSync(file)), remake: () => randomFrom(0) };
    return;
  }
  others ??= (await Promise.all(readers.map((each) => each.seeds()))).flat();
  const input = await inputsOf(reader, seed, others);
  // Modules are loaded and code is compiled here, not at the input's cost.
  for (const bytes of await reader.seeds()) await attempt(task, bytes, randomFrom(0));
  // A second collection waits until the first has given its memory back.
  globalThis.gc?.();
  globalThis.gc?.();
  least = Math.min(least, memory().now);
  for (let at = start; at < end; at++) {
    const { bytes } = await input(at);
    yield { at, bytes, remake: () => randomFrom(at) };
  }
}

/** Reads all inputs of a task. */
async function run(given) {
  const root = await mkdtemp(join(tmpdir(), 'vaekit-fuzz-'));
  const places = { folder: join(root, 'in'), cache: join(root, 'cache') };
  await mkdir(places.folder);
  const reader = [...readers, ...faultyReaders].find(({ name }) => name === given.name);
  const summary = { inputs: 0, refused: 0, slowest: 0, largest: 0 };
  const task = { ...given, reader, places };
  try {
    for await (const { at, bytes, remake } of inputs(task)) {
      say({ at });
      const { fault, refused, took, grown } = await judge(task, bytes, remake);
      summary.inputs++;
      summary.refused += refused ? 1 : 0;
      summary.slowest = Math.max(summary.slowest, took);
      summary.largest = Math.max(summary.largest, grown);
      if (fault) say({ failed: at, fault, bytes: Buffer.from(bytes).toString('base64') });
    }
    const left = (await readdir(root)).sort().join();
    if (!['in', 'cache,in'].includes(left)) say({ failed: 'folder', fault: `left ${left}` });
    say({ done: summary });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

for await (const line of createInterface({ input: process.stdin })) await run(JSON.parse(line));
