import { csvLine } from '../../../../src/report/csv.js';
import type { EpochMetrics } from '../../../../src/training/index.js';

/** Columns that stand before the others. */
const first = ['epoch', 'steps', 'seconds', 'loss', 'reconstruction', 'kl', 'val_loss'];

/** All numbers of the epochs as a file of CSV, as `metrics.jsonl` has them. */
export function numbersCsv(lines: readonly EpochMetrics[]): string {
  const names = new Set(lines.flatMap((line) => Object.keys(line)));
  const columns = [
    ...first.filter((name) => names.has(name)),
    ...[...names].filter((name) => !first.includes(name)).sort(),
  ];
  const rows = lines.map((line) => columns.map((name) => line[name] ?? ''));
  return [columns, ...rows].map((row) => csvLine(row)).join('');
}
