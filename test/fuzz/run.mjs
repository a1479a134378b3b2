/*
 * `npm run fuzz -- [--inputs 100000] [--seed 1] [--reader npy] [--keep folder]`: mutated and made-up
 * files for every reader, each of which must end within 1 s and 256 MB in data or a line for the user.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endChild, fuzz, readerNames } from './campaign.mjs';
import { inputsOf } from './inputs.mjs';
import { readers } from './readers.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    reader: { type: 'string', multiple: true, default: readerNames },
    keep: { type: 'string' },
  },
});
const seed = Number(values.seed);
const each = Math.ceil(Number(values.inputs) / values.reader.length);
const others = (await Promise.all(readers.map((reader) => reader.seeds()))).flat();
let failed = 0;
let inputs = 0;
for (const name of values.reader) {
  const begun = performance.now();
  const { failures, ...result } = await fuzz(name, {
    seed,
    end: each,
    onProgress: (done) => process.stderr.write(`\r${name}: ${done} of ${each}   `),
  });
  const seconds = (performance.now() - begun) / 1000;
  process.stderr.write('\r');
  process.stdout.write(
    `${name.padEnd(12)} ${result.inputs} inputs, ${result.refused} refused, slowest ${result.slowest.toFixed(2)} s, most memory ${Math.round(result.largest / 2 ** 20)} MB, ${failures.length} failures (${seconds.toFixed(0)} s)\n`,
  );
  inputs += result.inputs;
  failed += failures.length;
  for (const { failed: index, fault } of failures.slice(0, 20)) {
    process.stdout.write(`  input ${index}: ${fault.slice(0, 600)}\n`);
  }
  if (values.keep === undefined) continue;
  const reader = readers.find((reader) => reader.name === name);
  const input = await inputsOf(reader, seed, others);
  await mkdir(values.keep, { recursive: true });
  for (const { failed: index } of failures) {
    if (typeof index !== 'number') continue;
    const { bytes } = await input(index);
    await writeFile(join(values.keep, `${name.replace(' ', '-')}-${seed}-${index}`), bytes);
  }
}
endChild();
process.stdout.write(`${inputs} inputs over ${values.reader.length} readers: ${failed} failures\n`);
process.exitCode = failed > 0 ? 1 : 0;
