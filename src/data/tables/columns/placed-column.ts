import type { TableColumn } from '../../column.js';
import type { ColumnReader } from './readers.js';

/** A column, with its place in a table at hand. */
export interface PlacedColumn {
  readonly column: TableColumn;
  readonly place: number;
}

/** A column of a model or table, and how its cells at hand are read; neither where there are none. */
export interface ReadColumn {
  readonly column: TableColumn;
  readonly place: number | undefined;
  readonly reader?: ColumnReader | undefined;
}
