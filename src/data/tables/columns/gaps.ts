import { UserError } from '../../../base/errors.js';
import { excerpt, listed } from '../../../base/excerpt.js';
import { isLearnt } from '../../column.js';
import type { ReadingNote } from '../../notes.js';
import type { ReadOptions } from '../../read-options.js';
import type { TableFacts } from '../table.js';
import type { PlacedColumn } from './placed-column.js';

/** The treatment of gaps, in words. */
const ways = {
  keep: 'what is there is learnt from',
  drop: 'rows with a gap are left out',
  mean: "filled with the column's mean, or its most frequent value",
};

/** A note on the gaps of columns that are learnt. @throws UserError when they are not to be there */
export function gapNotes(
  columns: readonly PlacedColumn[],
  { columns: facts, rows }: TableFacts,
  path: string,
  { missing = 'keep' }: ReadOptions,
): ReadingNote[] {
  const gaps = columns.flatMap(({ column, place }) => {
    const { kind, missing: all, missingLabels, firstMissing } = facts[place]!;
    const isWords = column.kind !== 'date' && (kind === 'words' || kind === 'mixed');
    const count = isWords ? missingLabels : all;
    return isLearnt(column) && count > 0 ? [{ name: column.name, count, firstMissing }] : [];
  });
  if (gaps.length === 0) return [];
  const counts = gaps.map(({ name, count }) => `${excerpt(name, 30)} ${count}`);
  const told = `gaps in ${listed(counts, 8)} of ${rows} rows`;
  if (missing === 'error') {
    throw new UserError(
      `${path}: ${told} (the first at ${gaps[0]!.firstMissing}). Give missing (--missing) as keep, drop or mean.`,
    );
  }
  return [{ about: missing === 'drop' ? 'left out' : 'values', text: `${told}: ${ways[missing]}` }];
}
