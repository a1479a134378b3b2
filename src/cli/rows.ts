import { UserError } from '../base/errors.js';
import { take } from '../data/changes/split.js';
import { isLearnt, type TableColumn } from '../data/column.js';
import { type Dataset, readRange } from '../data/dataset.js';
import { tableEndingOf } from '../data/tables/columns/table-files.js';
import { TableRows } from '../data/tables/columns/table-rows.js';
import { parseConditions } from '../data/tables/columns/where.js';
import { writeTable } from '../data/tables/columns/write-table.node.js';
import type { VAE } from '../vae/index.js';
import { pictureEnding } from './options.js';
import type { SampleOptions } from './sheets.js';

/** Rows that are drawn when no count is given. */
const usualRows = 1000;

/** The columns of a run's table. @throws UserError when its examples are no rows */
function requireTable({ input }: VAE): readonly TableColumn[] {
  if (input.columns) return input.columns;
  throw new UserError(
    `Rows and their conditions are those of tables, and this run is of ${input.kind}s. Leave --where out, and write a picture or .npy.`,
  );
}

/** @throws UserError when a path names a picture */
function checkPath(path: string, instead: string): void {
  if (pictureEnding(path) !== undefined) {
    throw new UserError(`${path}: rows of a table are no pictures. ${instead}`);
  }
  tableEndingOf(path);
}

const tell = (path: string, rows: TableRows) => {
  process.stdout.write(`Written: ${path} (${rows.size} rows of ${rows.columns.length} columns)\n`);
};

/** Writes rows that a model draws, as the table that it learnt has them. */
export async function writeRows(
  vae: VAE,
  { where = [], ...options }: SampleOptions & { readonly where?: readonly string[] },
  path: string,
): Promise<void> {
  const columns = requireTable(vae);
  checkPath(path, 'Write .csv or .parquet; quality draws them beside real ones.');
  const { count = usualRows, seed = vae.config.seed, label } = options;
  const conditions = where.length > 0 ? { where: parseConditions(where, columns) } : {};
  const drawn = await vae.sample(count, {
    seed,
    ...(label === undefined ? {} : { label }),
    ...conditions,
  });
  const rows = await TableRows.of(columns, drawn.data as Float32Array, { seed });
  await writeTable(path, rows);
  tell(path, rows);
}

/** Each learnt column, with the column of its reconstructions behind it; the others as they are. */
function besideEachOther(columns: readonly TableColumn[]): TableColumn[] {
  return columns.flatMap((column) =>
    isLearnt(column) ? [column, { ...column, name: `${column.name} (reconstructed)` }] : [column],
  );
}

/**
 * Writes rows of a table with the reconstruction of each value beside it: means, and the likeliest
 * categories. Cells are as the table writes them, and gaps stay gaps.
 * @param count of the first rows; of all when left out
 */
export async function writeReconstructedRows(
  vae: VAE,
  data: Dataset,
  count: number | undefined,
  path: string,
): Promise<void> {
  const known = requireTable(vae);
  checkPath(path, 'Write .csv or .parquet.');
  const shown = count === undefined ? data : take(data, Math.min(count, data.size));
  const originals = await readRange(shown, 0, shown.size);
  const made = (await vae.reconstruct(originals)).data as Float32Array;
  const values = new Float32Array(made.length * 2);
  for (const [i, value] of made.entries()) {
    values[2 * i] = (originals.data as Float32Array)[i]!;
    values[2 * i + 1] = value;
  }
  const texts = new Map((shown.cells ?? []).map(({ name, text }) => [name, text]));
  const rows = await TableRows.of(besideEachOther(known), values, {
    ids: shown.ids,
    known: (row, column) => texts.get(column)?.(row),
  });
  await writeTable(path, rows);
  tell(path, rows);
}
