import { extname } from 'node:path';
import { UserError } from '../base/errors.js';
import { listed, quote } from '../base/excerpt.js';
import { readRange } from '../data/dataset.js';
import { gapsOf, keptCells } from '../data/tables/columns/kept-cells.js';
import { tableEndingOf } from '../data/tables/columns/table-files.js';
import { TableRows } from '../data/tables/columns/table-rows.js';
import { writeTable } from '../data/tables/columns/write-table.node.js';
import { counted } from '../report/card-lines.js';
import { formatCount } from '../report/number.js';
import { type DataOptions, openRun } from './run.js';

/** Options of `vaekit impute`. */
export interface ImputeOptions extends DataOptions {
  out: string;
  draws?: number;
  samples: number;
  seed?: number;
}

/** `filled.csv` as `filled-1.csv`. */
function numbered(path: string, number: number): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${number}${ending}`;
}

/** Fills the gaps of the data of a run, or of other data, and writes the table. */
export async function imputeData(run: string, options: ImputeOptions): Promise<void> {
  const { out, draws, samples, seed } = options;
  tableEndingOf(out);
  const { vae, data } = await openRun(run, { ...options, cells: true });
  const { columns } = vae.input;
  if (!columns) {
    throw new UserError(
      `${run}: gaps are filled in tables, and this run is of ${vae.input.kind}s. Train on a table (--rows table).`,
    );
  }
  const rows = await readRange(data, 0, data.size);
  const { single, draws: drawn } = await vae.impute(data, {
    samples,
    ...(draws === undefined ? {} : { draws }),
    ...(seed === undefined ? {} : { seed }),
  });
  await vae.release();
  const known = keptCells(data);
  const files = draws === undefined ? [out] : drawn.map((_, i) => numbered(out, i + 1));
  for (const [i, { data: values }] of (draws === undefined ? [single] : drawn).entries()) {
    const filled = { ids: data.ids, known, seed: (seed ?? vae.config.seed) + i };
    await writeTable(files[i]!, await TableRows.of(columns, values as Float32Array, filled));
  }
  const gaps = gapsOf(rows.data as Float32Array, data, known);
  const total = gaps.reduce((sum, { count }) => sum + count, 0);
  const where = gaps.map(({ name, count }) => `${quote(name)} ${formatCount(count)}`);
  process.stdout.write(
    `${data.name}, ${counted(data.size, 'row')}: ${counted(total, 'gap')}${total > 0 ? `, in ${listed(where, 8)}` : ''}\nWritten: ${files.join(', ')}\n`,
  );
}
