import { arraySets } from './array-sets.js';
import type { DataLayout } from './layout.js';
import { numbered } from './numbered.js';
import { parquetTables } from './parquet.js';
import { pictureFolders } from './picture-folders.js';
import { pictureLabels } from './picture-labels.js';
import { pictureValues } from './picture-values.js';
import { sequences } from './sequences.js';
import { tableRows } from './table-rows.js';
import { tables } from './tables.js';

/** Every layout, by the kind of data. Its files are built by code that runs in a browser too. */
export const layouts: Readonly<Record<string, readonly DataLayout[]>> = {
  numbered,
  arraySets,
  'folders of pictures': pictureFolders,
  'values of pictures': pictureValues,
  'labels of pictures': pictureLabels,
  sequences,
  tables,
  'tables by column': tableRows,
  parquet: parquetTables,
};
