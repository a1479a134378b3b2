import type { DataLayout } from './layout.js';
import { numbered } from './numbered.js';
import { parquetTables } from './parquet.js';
import { tables } from './tables.js';

/** Every layout, by the kind of data. Its files are built by code that runs in a browser too. */
export const layouts: Readonly<Record<string, readonly DataLayout[]>> = {
  numbered,
  tables,
  parquet: parquetTables,
};
