import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Tensor } from 'onnxruntime-common';
import { encodeNpy } from '../dist/data/codecs/npy.js';
import { fillIn } from './readme.mjs';
import { markdown } from './table.mjs';

const HELP = `The memory that \`vaekit train\` tells before the first step, beside the most that it takes.

npm run bench:memory            prints the table
npm run bench:memory -- --readme  writes it into docs/growth.md too`;

/** Preset, shape of an image, images, batch, and more options; two epochs each. */
const cases = /** @type {[string, number[], number, number, string[]?][]} */ ([
  ['dense', [1, 28, 28], 2000, 32],
  ['mlp', [1, 28, 28], 2000, 128],
  ['conv', [1, 28, 28], 1000, 128],
  ['resnet', [1, 28, 28], 512, 128],
  ['resnet', [3, 64, 64], 256, 32],
  ['conv', [3, 64, 64], 512, 128],
  ['vq', [3, 64, 64], 128, 32],
  ['resnet', [3, 256, 256], 32, 16],
  ['dense', [1, 1024, 1024], 8, 4],
  ['mlp', [3, 64, 64], 300, 32],
  ['mlp', [3, 128, 128], 64, 32, ['--ema', '0.99']],
]);

const main = fileURLToPath(new URL('../dist/bin/vaekit.js', import.meta.url));

/** Runs the command line, and tells the process's peak when it ends. */
const child = `
  process.on('exit', () => console.log('peak ' + process.resourceUsage().maxRSS * 1024));
  process.argv.splice(1, 0, ${JSON.stringify(main)});
  await import(${JSON.stringify(main)});
`;

/** Values that differ, without being random: nothing compresses memory. */
const pixels = (/** @type {number} */ count) =>
  new Uint8Array(count).map((_, i) => (i * 2654435761) >>> 24);

/**
 * @param {typeof cases[number]} given
 * @returns {Promise<{ told: number, peak: number }>} bytes
 */
async function measure([preset, shape, count, batch, more = []]) {
  const folder = mkdtempSync(join(tmpdir(), 'vaekit-memory-'));
  const size = shape.reduce((product, each) => product * each, count);
  const data = new Tensor('uint8', pixels(size), [count, ...shape]);
  writeFileSync(join(folder, 'data.npy'), encodeNpy(data));
  const options = ['--data', 'data.npy', '--preset', preset, '--batch-size', String(batch)];
  const args = ['train', ...options, '--epochs', '2', '--out', 'run', ...more];
  const running = spawn(process.execPath, ['--input-type=module', '-e', child, '--', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const part of running.stdout.setEncoding('utf8')) text += part;
  rmSync(folder, { recursive: true });
  const [, number, unit] = /^Memory: about ([\d.]+) ([MG])B/m.exec(text) ?? [];
  const [, peak] = /^peak (\d+)/m.exec(text) ?? [];
  if (!number || !peak) throw new Error(`${preset} ${shape}: no memory told in: ${text}`);
  return { told: Number(number) * (unit === 'G' ? 1e9 : 1e6), peak: Number(peak) };
}

const { values } = parseArgs({
  options: { readme: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;
const rows = [];
for (const given of cases) {
  const { told, peak } = await measure(given);
  const [preset, shape, , batch, more = []] = given;
  const name = `${preset}, ${shape.join(' × ')}, batch ${batch}${more.length > 0 ? `, ${more.join(' ')}` : ''}`;
  rows.push([name, megabytes(told), megabytes(peak), (told / peak).toFixed(2)]);
  process.stderr.write(`${rows.at(-1)?.join('  ')}\n`);
}
const table = [
  ...markdown(['`vaekit train`', 'told', 'peak', 'told ÷ peak'], rows),
  '',
  `${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}, Node ${process.versions.node}; one run each by \`npm run bench:memory\`.`,
].join('\n');
if (values.readme) fillIn('docs/growth.md', 'memory', table);
process.stdout.write(`${table}\n`);
