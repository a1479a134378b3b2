/**
 * Measures vaekit beside its peers and the machine's limit: `npm run bench -- --help`.
 *
 * Every contestant runs in a process of its own, once a round; rounds are interleaved, so that a
 * machine's good and bad minutes fall on all alike, and medians are compared.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { table } from './table.mjs';

const IMAGES = 60_000;
const HELP = `Measures VAEs on MNIST in vaekit, its peers and C.

Usage: npm run bench -- [options]

  --rounds N     interleaved rounds (default 5)
  --work NAME    only works whose name contains NAME; may be repeated
  --only NAME    only contestants whose name contains NAME; may be repeated
  --json         print the results as JSON instead of a table
  --help         print this

Peers from npm are installed into bench/ on first use. Keras and PyTorch are measured when python3,
or a Python that VAEKIT_PYTHON names, has them. Results are kept in bench/results/latest.json.
`;

const here = fileURLToPath(new URL('.', import.meta.url));
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** Installs the peers that npm has; without them, their rows say so. */
function installPeers() {
  if (existsSync(`${here}node_modules/.package-lock.json`)) return;
  log('installing peers into bench/ ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const lines = existsSync(`${here}package-lock.json`) ? ['ci'] : ['install'];
  const { status } = spawnSync(npm, lines, { cwd: here, stdio: ['ignore', 2, 2] });
  if (status !== 0) log('npm could not install the peers; their rows are left out');
}

/**
 * Runs a program to its end.
 * @param {import('./contestants/index.mjs').Contestant} contestant
 * @returns {Promise<Record<string, unknown>[]>} the JSON lines that it printed
 */
async function run({ command }) {
  const { program, args } = command();
  const { stdout } = await promisify(execFile)(program, args, { cwd: here });
  return stdout.split('\n').flatMap(parseLine);
}

/** @param {string} line */
function parseLine(line) {
  return line.startsWith('{') ? [JSON.parse(line)] : [];
}

/**
 * What a failed program had to say: the line that names the error, else its last.
 * @param {unknown} error
 */
function errorLine(error) {
  const { stderr, message } = Object(error);
  const lines = String(stderr || message)
    .split('\n')
    .filter((line) => line.trim());
  return lines.findLast((line) => /^\S*Error\b/.test(line)) ?? lines.at(-1);
}

/**
 * @param {import('./contestants/index.mjs').Contestant} contestant
 * @returns {Promise<{ msPerStep: number, versions: object | undefined }>} the median of its
 *   stretches after the warm-up
 */
async function measure(contestant) {
  const lines = await run(contestant);
  const times = lines.flatMap(({ msPerStep }) =>
    typeof msPerStep === 'number' ? [msPerStep] : [],
  );
  if (times.length < 2) throw new Error('it printed fewer than two measurements');
  const versions = lines.find((line) => 'versions' in line)?.versions;
  return { msPerStep: median(times.slice(1)), versions: Object(versions) };
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    work: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit();
}
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  log(`--rounds ${options.rounds}: give a whole number of at least 1.`);
  process.exit(2);
}

installPeers();
const { works } = await import('./contestants/index.mjs');
const { sgemmPeak } = await import('./limit/sgemm.mjs');

/**
 * @param {string} name
 * @param {string[] | undefined} parts
 */
const matches = (name, parts) =>
  !parts || parts.some((part) => name.toLowerCase().includes(part.toLowerCase()));

const wanted = works
  .filter(({ name }) => matches(name, options.work))
  .map((work) => ({
    ...work,
    contestants: work.contestants.filter(({ name }) => matches(name, options.only)),
  }))
  .filter(({ contestants }) => contestants.length > 0);
if (wanted.length === 0) {
  const names = works.map(({ name, contestants }) => [name, ...contestants.map((c) => c.name)]);
  log(
    `--work, --only: nothing has that name. There are: ${names.map((n) => n.join(': ')).join('; ')}.`,
  );
  process.exit(2);
}

/**
 * A contestant at a work, with what its rounds gave.
 * @typedef {object} Entry
 * @property {import('./contestants/index.mjs').Work} work
 * @property {import('./contestants/index.mjs').Contestant} contestant
 * @property {number[]} times
 * @property {object | undefined} versions
 * @property {string | undefined} leftOut why it could not run
 */
const entries = wanted.flatMap((work) =>
  work.contestants.map((contestant) => {
    /** @type {Entry} */
    const entry = {
      work,
      contestant,
      times: [],
      versions: undefined,
      leftOut: contestant.available(),
    };
    return entry;
  }),
);

const threads = availableParallelism();
const sgemmGflops = { oneThread: 0, allThreads: 0 };
for (let round = 1; round <= rounds; round++) {
  sgemmGflops.oneThread = Math.max(sgemmGflops.oneThread, await sgemmPeak({ threads: 1 }));
  sgemmGflops.allThreads = Math.max(sgemmGflops.allThreads, await sgemmPeak({ threads }));
  for (const entry of entries) {
    if (entry.leftOut) continue;
    const label = `round ${round}/${rounds}  ${entry.work.name}  ${entry.contestant.name}`;
    try {
      const { msPerStep, versions } = await measure(entry.contestant);
      entry.times.push(msPerStep);
      entry.versions = versions;
      log(`${label}  ${msPerStep.toPrecision(3)} ms/step`);
    } catch (error) {
      entry.leftOut = `failed: ${errorLine(error)}`;
      log(`${label}  ${entry.leftOut}`);
    }
  }
}

const measuredWorks = wanted.map((work) => {
  const own = entries.filter((entry) => entry.work === work);
  const vaekit = own.find((entry) => entry.contestant.name === 'vaekit' && !entry.leftOut);
  const rows = own
    .filter((entry) => !entry.leftOut)
    .map(({ contestant, times, versions }) => {
      const msPerStep = median(times);
      return {
        name: contestant.name,
        msPerStep,
        epochSeconds: (msPerStep * Math.ceil(IMAGES / work.batch)) / 1000,
        gflops: (2 * work.multiplications) / msPerStep / 1e6,
        ...(vaekit && { ratio: msPerStep / median(vaekit.times) }),
        rounds: times,
        versions,
      };
    });
  rows.sort((a, b) => a.msPerStep - b.msPerStep);
  return { name: work.name, batch: work.batch, rows };
});
const results = {
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: threads,
  node: process.version,
  sgemmGflops,
  works: measuredWorks,
  leftOut: entries.flatMap(({ work, contestant, leftOut }) =>
    leftOut ? [{ work: work.name, name: contestant.name, reason: leftOut }] : [],
  ),
};
mkdirSync(`${here}results`, { recursive: true });
writeFileSync(`${here}results/latest.json`, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : table(results));
if (entries.some(({ contestant, leftOut }) => contestant.name === 'vaekit' && leftOut)) {
  process.exitCode = 1;
}
