import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from '../table.mjs';
import { cudaProvider, folder, npmRuntime, providerFiles, runtimeFiles } from './cuda-provider.mjs';
import { networks } from './networks.mjs';
import { run } from './run.mjs';
import { buildStandIns } from './stand-ins.mjs';

/** A program beside an onnxruntime-node with CUDA. @returns {string} its file */
function program(/** @type {string} */ provider) {
  const place = join(folder, 'placement');
  rmSync(place, { recursive: true, force: true });
  const runtime = join(place, 'node_modules/onnxruntime-node');
  const files = 'bin/napi-v6/linux/x64';
  mkdirSync(join(runtime, files), { recursive: true });
  cpSync(join(npmRuntime, 'package.json'), join(runtime, 'package.json'));
  for (const name of runtimeFiles)
    cpSync(join(npmRuntime, files, name), join(runtime, files, name));
  for (const name of providerFiles) symlinkSync(join(provider, name), join(runtime, files, name));
  const file = join(place, 'child.mjs');
  writeFileSync(file, `import ${JSON.stringify(new URL('child.mjs', import.meta.url).href)};\n`);
  return file;
}

/** @typedef {import('./run.mjs').Outcome} Outcome */
/** @typedef {{ key: string, runsPerStep: number }} Place */

/** Counts how often each operator ran in a call of so many steps. @returns {Map<string, number>} */
function runsOf(
  /** @type {string} */ name,
  /** @type {Outcome} */ outcome,
  /** @type {number} */ steps,
) {
  if ('failed' in outcome) throw new Error(`${name}: ${outcome.failed}`);
  /** @type {readonly Place[]} */
  const places = outcome.lines.at(-1).places;
  return new Map(places.map(({ key, runsPerStep }) => [key, runsPerStep * steps]));
}

/** Operators by how often they run. */
function listed(/** @type {readonly (readonly [key: string, runs: number])[]} */ runs) {
  return runs
    .map(([key, count]) => `${key.split(' ')[1]}${count === 1 ? '' : ` (${count})`}`)
    .sort()
    .join(', ');
}

const total = (/** @type {readonly (readonly [key: string, runs: number])[]} */ runs) =>
  String(runs.reduce((sum, [, count]) => sum + count, 0));

/** The row of a network: operators that run in each step, and in each call beside its steps. */
function rowOf(
  /** @type {string} */ name,
  /** @type {Map<string, number>} */ one,
  /** @type {Map<string, number>} */ two,
) {
  const each = (/** @type {string} */ key) => (two.get(key) ?? 0) - (one.get(key) ?? 0);
  /** @type {[string, number][]} */
  const inStep = [...one.keys()].map((key) => [key, each(key)]);
  /** @type {[string, number][]} */
  const inCall = [...one].map(([key, count]) => [key, count - each(key)]);
  const isElsewhere = (/** @type {readonly [string, number]} */ [key, count]) =>
    count > 0 && (key.startsWith('cpu ') || key.includes('Memcpy'));
  return [
    `${name}, batch ${networks[name]?.batch}`,
    total(inStep),
    listed(inStep.filter(isElsewhere)) || 'none',
    total(inCall),
    listed(inCall.filter(isElsewhere)),
  ];
}

/** Prints which operators of a step ONNX Runtime's provider for CUDA leaves to the processor. */
export async function placement() {
  const provider = cudaProvider();
  const libraries = join(folder, 'stand-ins');
  buildStandIns(join(provider, 'libonnxruntime_providers_cuda.so'), libraries);
  const file = program(provider);
  const call = async (/** @type {string} */ name, /** @type {number} */ steps) => {
    const args = [file, 'cuda', name, 'places', String(steps)];
    const options = { env: { LD_LIBRARY_PATH: libraries }, seconds: 300 };
    return runsOf(name, await run(process.execPath, args, options), steps);
  };
  const rows = [];
  for (const name of Object.keys(networks)) {
    rows.push(rowOf(name, await call(name, 1), await call(name, 2)));
  }
  const headings = [
    'network',
    ...['operators of a step', 'of them on the processor'],
    ...['operators of a call beside', 'of them on the processor, and copies'],
  ];
  console.log(markdown(headings, rows).join('\n'));
}
