/*
 * Measures how long a mixed table takes to be read column by column: 60,000 rows × 30 columns as CSV. Tells
 * seconds of processor time, which other programs on the machine change little.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from '../../dist/index.js';

const [rows, rounds] = [60_000, 5];
const words = Array.from({ length: 200 }, (_, i) => `word${i}`);

let state = 1;
/** Numbers from 0 to 1, the same in each run (Park and Miller's generator). */
function draw() {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

/** The cells of columns that follow one another, each as often as it says. */
const columns = [
  ...[0, 1, 2, 3].flatMap((decimals) =>
    Array.from({ length: 3 }, () => () => (draw() * 1000).toFixed(decimals)),
  ),
  ...Array.from({ length: 4 }, () => () => Math.floor(-Math.log(draw()) * 10)),
  ...Array.from({ length: 4 }, () => () => ['low', 'mid', 'high'][Math.floor(draw() * 3)]),
  ...Array.from({ length: 4 }, () => () => words[Math.floor(draw() * draw() * 200)]),
  ...Array.from({ length: 2 }, () => () => (draw() < 0.3 ? 'True' : 'False')),
  ...Array.from({ length: 2 }, () => () => {
    if (draw() < 0.1) return '';
    return new Date(1.5e12 + Math.floor(draw() * 3000) * 86_400_000).toISOString().slice(0, 10);
  }),
  () => 1 + Math.floor(draw() * 5),
  (/** @type {number} */ row) => `C-${String(row + 1).padStart(6, '0')}`,
];

const folder = mkdtempSync(join(tmpdir(), 'vaekit-bench-'));
try {
  const path = join(folder, 'mixed.csv');
  const lines = Array.from({ length: rows }, (_, row) => columns.map((cell) => cell(row)).join());
  writeFileSync(path, `${columns.map((_, i) => `c${i}`).join()}\n${lines.join('\n')}\n`);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await datasets.openDataset(path, { rows: 'table' });
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1e6);
  }
  times.sort((a, b) => a - b);
  const size = (statSync(path).size / 1e6).toFixed(0);
  console.log(
    `${rows} rows × ${columns.length} columns (${size} MB): ${times[Math.floor(rounds / 2)]?.toFixed(2)} s of processor time`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
