import type { FormatOptions, OpenedData } from '../../formats/format.js';
import type { LikeOptions, ReadOptions } from '../../read-options.js';
import { type Row, RowTable } from '../row-table.js';
import { openRows } from './open-rows.js';

/** Options for taking rows from memory. */
export interface FromRowsOptions extends LikeOptions {
  /** The name of the data in messages; `rows` when left out. */
  readonly name?: string;
  readonly columns?: ReadOptions['columns'];
  readonly label?: string | undefined;
  readonly missing?: ReadOptions['missing'];
  /** Told of each doubt about the data, in one line. */
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Opens rows in memory; `openDataset`'s words on `rows: 'table'` hold for them. */
export async function openRowsInMemory(
  rows: readonly Row[],
  { name = 'rows', onProgress, ...options }: FromRowsOptions,
): Promise<OpenedData> {
  const reading: FormatOptions = { ...options, rows: 'table', memoryLimit: Infinity, onProgress };
  // A property that an object lacks is a value that is missing.
  const known = Object.fromEntries((options.like ?? []).map((column) => [column.name, null]));
  const source = {
    path: name,
    key: undefined,
    async *rows() {
      for (const row of rows) yield { row: { ...known, ...row } };
    },
    noteOf: () => 'a table of rows in memory',
  };
  const data = await openRows(name, { train: await RowTable.open(source, reading) }, reading);
  for (const { text, doubtful } of data.notes ?? []) if (doubtful) onProgress?.(`${name}: ${text}`);
  return data;
}
