import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, environmentOf } from './gpu/machine.mjs';
import { networks } from './gpu/networks.mjs';
import { run } from './gpu/run.mjs';
import { printTables } from './gpu/tables.mjs';
import { waves, writeNpy } from './made-up.mjs';
import { findPython } from './peers/python.mjs';

const HELP = `What a graphics processor gives: whether CUDA and WebGPU compute what the processor does, milliseconds a step
beside PyTorch, memory, and where a step's time goes. Installs and fetches nothing.

node bench/gpu.mjs                 all of it, in less than eight minutes
node bench/gpu.mjs --seconds 200   what fits in so many seconds
node bench/gpu.mjs --out folder    keeps the figures there, as gpu.json
node bench/gpu.mjs --software      WebGPU's numbers alone, few, by an adapter in software
node bench/gpu.mjs --placement     which operators CUDA leaves to the processor, on a machine without one
node bench/gpu.mjs --prepare       gathers all that this takes, for a machine that can fetch nothing`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seconds: { type: 'string', default: '460' },
    out: { type: 'string' },
    software: { type: 'boolean' },
    placement: { type: 'boolean' },
    prepare: { type: 'boolean' },
    architecture: { type: 'string', default: '90' },
  },
});

const child = fileURLToPath(new URL('gpu/child.mjs', import.meta.url));
const torchProgram = fileURLToPath(new URL('peers/torch_vae.py', import.meta.url));

/** The most by which losses may differ, as a part of them. */
const tolerance = 1e-3;

/** Networks that are measured. */
const names = Object.keys(networks).filter((name) => !networks[name]?.placed);

const end = performance.now() + 1000 * Number(values.seconds);
const secondsLeft = () => (end - performance.now()) / 1000;

/** @typedef {import('./gpu/run.mjs').Outcome} Outcome */
/** @typedef {Record<string, Record<string, Outcome>>} Rows */
/** @typedef {Parameters<typeof printTables>[0]} Figures */

const python = findPython(['torch']);
const env = environmentOf('python' in python ? python.python : undefined, values.software);

/** @type {Figures} */
const figures = { machine: describeMachine(env), losses: {}, speed: {}, places: {} };

/** Writes what is measured so far: whatever ends this program early leaves it. */
function keep() {
  if (values.out === undefined) return;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'gpu.json'), `${JSON.stringify(figures, null, 1)}\n`);
}

/**
 * One training of vaekit.
 * @param {string} device
 * @param {string} network
 * @param {'losses' | 'speed' | 'places'} what
 * @param {number} seconds at the most
 * @param {{ steps?: number, env?: NodeJS.ProcessEnv }} [more]
 * @returns {Promise<Outcome>}
 */
async function vaekit(device, network, what, seconds, { steps, env: own = {} } = {}) {
  const left = Math.min(seconds, secondsLeft());
  if (left < 2) return { failed: 'no time was left' };
  const args = [child, device, network, what, ...(steps === undefined ? [] : [String(steps)])];
  return run(process.execPath, args, {
    env: { ...env, ...own },
    seconds: left,
    card: device !== 'cpu' && what === 'speed',
  });
}

/**
 * One training of PyTorch.
 * @param {string} network
 * @param {boolean} compiled
 * @param {number} seconds at the most
 * @returns {Promise<Outcome>}
 */
async function torch(network, compiled, seconds) {
  if (!('python' in python)) return { failed: python.reason };
  const left = Math.min(seconds, secondsLeft());
  if (left < 5) return { failed: 'no time was left' };
  const { model, batch, steps } = /** @type {import('./gpu/networks.mjs').Network} */ (
    networks[network]
  );
  const folder = mkdtempSync(join(tmpdir(), 'vaekit-gpu-'));
  const data = join(folder, 'pictures.npy');
  const count = steps * batch;
  writeNpy(data, waves(count, model.input), [count, ...model.input]);
  const task = JSON.stringify({ use: 'train', model, data, batch, steps, stretches: 4 });
  const args = [torchProgram, task, '--device', 'cuda', ...(compiled ? ['--compile'] : [])];
  const outcome = await run(python.python, args, { seconds: left, card: true });
  rmSync(folder, { recursive: true });
  return outcome;
}

/** The largest difference of two lists, as a part of the second. */
function difference(/** @type {Outcome} */ found, /** @type {Outcome} */ expected) {
  if ('failed' in found) return found;
  if ('failed' in expected) return { failed: `on the processor: ${expected.failed}` };
  const [losses, wanted] = [found, expected].map(({ lines }) => lines[0]?.losses);
  if (!losses || !wanted) return { failed: 'no losses were told' };
  const parts = losses.map((/** @type {number} */ loss, /** @type {number} */ i) =>
    Math.abs(loss / wanted[i] - 1),
  );
  return { steps: losses.length, difference: Math.max(...parts) };
}

/**
 * Losses on devices beside the processor's. All devices compute at once, as nothing is timed.
 * @param {Readonly<Record<string, { device: string, env?: NodeJS.ProcessEnv }>>} columns
 * @param {readonly string[]} names
 * @param {Figures['losses']} found takes them
 * @param {{ steps: number, seconds: number, env?: NodeJS.ProcessEnv }} options
 */
async function compareLosses(columns, names, found, { steps, seconds, env: own = {} }) {
  for (const name of names) {
    const train = (/** @type {{ device: string, env?: NodeJS.ProcessEnv }} */ { device, env }) =>
      vaekit(device, name, 'losses', seconds, { steps, env: { ...own, ...env } });
    const titles = Object.keys(columns);
    const [expected, ...outcomes] = await Promise.all(
      [{ device: 'cpu' }, ...Object.values(columns)].map(train),
    );
    const row = Object.fromEntries(
      outcomes.map((outcome, i) => [
        titles[i],
        difference(outcome, /** @type {Outcome} */ (expected)),
      ]),
    );
    found[name] = row;
    for (const title of titles) console.error(`${name}, ${title}: ${JSON.stringify(row[title])}`);
    keep();
  }
}

/** All figures of a machine with a graphics processor. */
async function measureAll() {
  const { losses, speed, places } = figures;
  console.error(JSON.stringify(figures.machine));
  const exact = { NVIDIA_TF32_OVERRIDE: '0' };
  await compareLosses(
    {
      CUDA: { device: 'cuda' },
      'CUDA without TF32': { device: 'cuda', env: exact },
      WebGPU: { device: 'webgpu' },
    },
    names,
    losses,
    { steps: 20, seconds: 40 },
  );
  for (const name of names) {
    speed[name] = {};
    places[name] = {};
  }
  /** Works in the order of their weight, in case that time runs out. @type {[Rows, string, (name: string) => Promise<Outcome>][]} */
  const contestants = [
    [speed, 'vaekit, CUDA', (name) => vaekit('cuda', name, 'speed', 30)],
    [speed, 'PyTorch', (name) => torch(name, false, 30)],
    [speed, 'vaekit, WebGPU', (name) => vaekit('webgpu', name, 'speed', 30)],
    [places, 'CUDA', (name) => vaekit('cuda', name, 'places', 20)],
    [speed, 'PyTorch, torch.compile', (name) => torch(name, true, 75)],
    [places, 'WebGPU', (name) => vaekit('webgpu', name, 'places', 20)],
    [speed, 'vaekit, processor', (name) => vaekit('cpu', name, 'speed', 25)],
  ];
  for (const [rows, title, measure] of contestants) {
    for (const name of names) {
      const outcome = await measure(name);
      /** @type {Record<string, Outcome>} */ (rows[name])[title] = outcome;
      console.error(`${name}, ${title}: ${JSON.stringify(outcome).slice(0, 300)}`);
      keep();
    }
  }
}

/** WebGPU by an adapter in software: right or not, and nothing of speed. */
async function measureSoftware() {
  const small = { steps: 3, seconds: 300, env: { GPU_BATCH: '4' } };
  await compareLosses({ WebGPU: { device: 'webgpu' } }, names, figures.losses, small);
}

async function main() {
  if (values.help) return console.log(HELP);
  if (values.prepare) {
    const { prepare } = await import('./gpu/prepare.mjs');
    return prepare(Number(values.architecture));
  }
  if (values.placement) {
    const { placement } = await import('./gpu/placement.mjs');
    return placement();
  }
  await (values.software ? measureSoftware() : measureAll());
  printTables(figures, tolerance);
}

if (!existsSync(fileURLToPath(new URL('../dist/index.js', import.meta.url)))) {
  console.error('dist is not there: npm run build');
  process.exitCode = 2;
} else await main();
