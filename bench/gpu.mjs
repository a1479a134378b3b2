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

const python = findPython(['torch']);
const env = environmentOf('python' in python ? python.python : undefined, values.software);

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
    card: device !== 'cpu',
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
  const [{ losses }, { losses: wanted }] = [found.lines[0], expected.lines[0]];
  const parts = losses.map((/** @type {number} */ loss, /** @type {number} */ i) =>
    Math.abs(loss / wanted[i] - 1),
  );
  return { steps: losses.length, difference: Math.max(...parts) };
}

/**
 * Losses on devices beside the processor's.
 * @param {Readonly<Record<string, { device: string, env?: NodeJS.ProcessEnv }>>} columns
 * @param {readonly string[]} names
 * @param {{ steps: number, seconds: number, env?: NodeJS.ProcessEnv }} options
 */
async function compareLosses(columns, names, { steps, seconds, env: own = {} }) {
  /** @type {Record<string, Record<string, object>>} */
  const found = {};
  for (const name of names) {
    const expected = await vaekit('cpu', name, 'losses', seconds, { steps, env: own });
    /** @type {Record<string, object>} */
    const row = {};
    found[name] = row;
    for (const [title, { device, env: more = {} }] of Object.entries(columns)) {
      const options = { steps, env: { ...own, ...more } };
      row[title] = difference(await vaekit(device, name, 'losses', seconds, options), expected);
      console.error(`${name}, ${title}: ${JSON.stringify(row[title])}`);
    }
  }
  return found;
}

/** All figures of a machine with a graphics processor. */
async function measureAll() {
  const machine = describeMachine(env);
  console.error(JSON.stringify(machine));
  const exact = { NVIDIA_TF32_OVERRIDE: '0' };
  const losses = await compareLosses(
    {
      CUDA: { device: 'cuda' },
      'CUDA without TF32': { device: 'cuda', env: exact },
      WebGPU: { device: 'webgpu' },
    },
    names,
    { steps: 20, seconds: 40 },
  );
  /** @type {Record<string, Record<string, Outcome>>} */
  const speed = Object.fromEntries(names.map((name) => [name, {}]));
  /** Works in the order of their weight, in case that time runs out. @type {[string, (name: string) => Promise<Outcome>][]} */
  const contestants = [
    ['vaekit, CUDA', (name) => vaekit('cuda', name, 'speed', 30)],
    ['PyTorch', (name) => torch(name, false, 30)],
    ['vaekit, WebGPU', (name) => vaekit('webgpu', name, 'speed', 30)],
    ['PyTorch, torch.compile', (name) => torch(name, true, 75)],
    ['vaekit, processor', (name) => vaekit('cpu', name, 'speed', 25)],
  ];
  /** @type {Record<string, Record<string, Outcome>>} */
  const places = Object.fromEntries(names.map((name) => [name, {}]));
  for (const [title, measure] of contestants) {
    for (const name of names) {
      const outcome = await measure(name);
      /** @type {Record<string, Outcome>} */ (speed[name])[title] = outcome;
      console.error(`${name}, ${title}: ${JSON.stringify(outcome)}`);
      if (title !== 'vaekit, CUDA') continue;
      /** @type {Record<string, Outcome>} */ (places[name]).CUDA = await vaekit(
        'cuda',
        name,
        'places',
        20,
      );
    }
  }
  for (const name of names) {
    /** @type {Record<string, Outcome>} */ (places[name]).WebGPU = await vaekit(
      'webgpu',
      name,
      'places',
      20,
    );
  }
  return { machine, losses, speed, places };
}

/** WebGPU by an adapter in software: right or not, and nothing of speed. */
async function measureSoftware() {
  const machine = describeMachine(env);
  const small = { steps: 3, seconds: 150, env: { GPU_BATCH: '4' } };
  const losses = await compareLosses({ WebGPU: { device: 'webgpu' } }, names, small);
  return { machine, losses, speed: {}, places: {} };
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
  const figures = values.software ? await measureSoftware() : await measureAll();
  if (values.out !== undefined) {
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'gpu.json'), `${JSON.stringify(figures, null, 1)}\n`);
  }
  printTables(figures, tolerance);
}

if (!existsSync(fileURLToPath(new URL('../dist/index.js', import.meta.url)))) {
  console.error('dist is not there: npm run build');
  process.exitCode = 2;
} else await main();
