import { columnOptions, type LikeOptions, type ReadOptions } from '../read-options.js';
import { NumberProfiles } from './number-profile.js';
import { isNumberingName } from './roles.js';

/** Most columns of a table that is taken column by column, unless that is asked for. */
const mostColumns = 500;

/** Tells how rows of a table are taken, as far as options say. */
export function rowsAsked(options: ReadOptions & LikeOptions): NonNullable<ReadOptions['rows']> {
  if (options.like) return 'table';
  return options.rows ?? (columnOptions(options).size > 0 ? 'table' : 'vectors');
}

/** Tells whether a table may be taken column by column, by the number of its columns. */
export function mayBeTable(columns: number, options: ReadOptions & LikeOptions): boolean {
  const rows = rowsAsked(options);
  return rows === 'table' || (rows === 'auto' && columns <= mostColumns && !options.shape);
}

/** The profiles of numbers of a table whose columns describe themselves; undefined for others. */
export function profilesFor(
  names: readonly string[],
  options: ReadOptions & LikeOptions,
): NumberProfiles | undefined {
  return mayBeTable(names.length, options)
    ? new NumberProfiles(names.map(isNumberingName))
    : undefined;
}
