import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readers } from './readers.mjs';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/** Limits of one input. */
const usual = { seconds: 1, megabytes: 256 };

/** Seconds after which an input that does not end is ended. */
const patience = 20;

export const readerNames = readers.map(({ name }) => name);

/** Inputs that one process reads: what it keeps of them would hide the memory that a later one takes. */
const most = 2500;

/** The process that reads the next inputs, and how many it may. */
let reading;

function startChild() {
  const args = ['--max-old-space-size=512', '--expose-gc', child];
  const process_ = spawn(process.execPath, args, { stdio: 'pipe' });
  const lines = createInterface({ input: process_.stdout });
  reading = { process_, lines, left: most };
  return reading;
}

/** Ends the process that reads. */
export function endChild() {
  reading?.process_.stdin.end();
  reading = undefined;
}

/**
 * Has a child do a task, to its end or to where it dies or hangs. The next task is for the same child, as it takes
 * longer to start than to read some inputs, unless something failed.
 * @returns its summary, its failures, and the input at which it died, if it did
 */
function runChild(task) {
  return new Promise((resolve, reject) => {
    const count = task.file === undefined ? task.end - task.start : 1;
    if (reading && reading.left < count) endChild();
    const used = reading ?? startChild();
    const { process_, lines } = used;
    used.left -= count;
    let at;
    let done;
    let hung = false;
    let errors = '';
    const failures = [];
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        hung = true;
        process_.kill('SIGKILL');
      }, patience * 1000);
    };
    const end = (code, signal) => {
      clearTimeout(timer);
      lines.off('line', hear);
      process_.stderr.off('data', note);
      process_.off('error', reject).off('close', end);
      if (failures.length > 0) endChild();
      if (!done) reading = undefined;
      const died = done
        ? undefined
        : { at, fault: hung ? `hung over ${patience} s` : `died (${signal ?? code}): ${errors}` };
      resolve({ done, failures, died, noise: errors });
    };
    const hear = (line) => {
      wait();
      const said = JSON.parse(line);
      if (said.at !== undefined) at = said.at;
      if (said.failed !== undefined) failures.push(said);
      if (said.done) {
        done = said.done;
        end();
      }
    };
    const note = (chunk) => {
      errors = (errors + chunk).slice(-2000);
    };
    lines.on('line', hear);
    process_.stderr.on('data', note);
    process_.on('error', reject).on('close', end);
    wait();
    process_.stdin.write(`${JSON.stringify({ ...usual, ...task })}\n`);
  });
}

/**
 * Reads the inputs from `start` to before `end` of a reader, in children of which each reads some: `endChild` ends the
 * last one.
 * @param limits other ones than the usual
 * @param onProgress is told how many inputs of the reader are behind
 */
export async function fuzz(name, { seed, start = 0, end, limits, onProgress = () => undefined }) {
  const total = { inputs: 0, refused: 0, slowest: 0, largest: 0 };
  const failures = [];
  for (let next = start; next < end; ) {
    const until = Math.min(end, next + most);
    const {
      done,
      failures: found,
      died,
    } = await runChild({ name, seed, start: next, end: until, ...limits });
    failures.push(...found);
    if (done) {
      total.inputs += done.inputs;
      total.refused += done.refused;
      total.slowest = Math.max(total.slowest, done.slowest);
      total.largest = Math.max(total.largest, done.largest);
      next = until;
    } else {
      if (died.at === undefined) throw new Error(`${name}: ${died.fault}`);
      failures.push({ failed: died.at, fault: died.fault });
      total.inputs += died.at - next + 1;
      next = died.at + 1;
    }
    onProgress(next - start);
  }
  return { ...total, failures };
}

/** Reads one file by a reader. */
export async function fuzzFile(name, file) {
  const { failures, died } = await runChild({ name, file });
  return died ? [...failures, { failed: file, fault: died.fault }] : failures;
}
