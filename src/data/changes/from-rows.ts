import { validate } from '../../base/settings/validate.js';
import type { OpenedData } from '../formats/format.js';
import { readOptionsSchema } from '../read-options.js';
import type { FromRowsOptions } from '../tables/columns/from-rows.js';

export type { FromRowsOptions };

/**
 * The data of rows in memory, read column by column as `openDataset` reads a table with `rows: 'table'`: an
 * object a row, of numbers, texts, true and false, and dates; null, undefined, NaN, an empty text and a
 * property that is not there are values that are missing.
 * @returns one part, or several when a column tells them
 * @throws UserError when an option is wrong, the rows cannot be read, or nothing can be learnt of them
 */
export async function fromRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: FromRowsOptions = {},
): Promise<OpenedData> {
  const { columns, label, missing } = options;
  validate(readOptionsSchema, { columns, label, missing }, 'fromRows options');
  const { openRowsInMemory } = await import('../tables/columns/from-rows.js');
  return openRowsInMemory(rows, options);
}
