import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from '../table.mjs';
import { cudaProvider, folder, npmRuntime, providerFiles, runtimeFiles } from './cuda-provider.mjs';
import { networks } from './networks.mjs';
import { run } from './run.mjs';
import { buildStandIns } from './stand-ins.mjs';

const steps = 2;

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

/** @typedef {{ key: string, runsPerStep: number }} Place */

/** The row of a network: its operators, those on the processor, copies. */
function rowOf(/** @type {string} */ name, /** @type {readonly Place[]} */ places) {
  const count = (/** @type {readonly Place[]} */ some) =>
    some.reduce((sum, { runsPerStep }) => sum + runsPerStep, 0);
  const times = (/** @type {Place} */ { key, runsPerStep }) =>
    `${key.split(' ')[1]}${runsPerStep === 1 ? '' : ` (${runsPerStep})`}`;
  const isCopy = (/** @type {Place} */ { key }) => key.includes('Memcpy');
  const onProcessor = places.filter(({ key }) => key.startsWith('cpu '));
  return [
    `${name}, batch ${networks[name]?.batch}`,
    String(count(places.filter((place) => !isCopy(place)))),
    onProcessor
      .map((place) => times(place))
      .sort()
      .join(', '),
    String(count(places.filter(isCopy))),
  ];
}

/** Prints which operators of a step ONNX Runtime's provider for CUDA leaves to the processor. */
export async function placement() {
  const provider = cudaProvider();
  const libraries = join(folder, 'stand-ins');
  buildStandIns(join(provider, 'libonnxruntime_providers_cuda.so'), libraries);
  const file = program(provider);
  const rows = [];
  for (const name of Object.keys(networks)) {
    const args = [file, 'cuda', name, 'places', String(steps)];
    const outcome = await run(process.execPath, args, {
      env: { LD_LIBRARY_PATH: libraries },
      seconds: 120,
    });
    if ('failed' in outcome) throw new Error(`${name}: ${outcome.failed}`);
    rows.push(rowOf(name, outcome.lines.at(-1).places));
  }
  const headings = ['network', 'operators of a step', 'on the processor', 'copies from there'];
  console.log(markdown(headings, rows).join('\n'));
}
