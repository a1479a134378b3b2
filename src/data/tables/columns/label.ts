import { UserError } from '../../../base/errors.js';
import { excerpt } from '../../../base/excerpt.js';
import type { TableColumn } from '../../column.js';
import type { ReadingNote } from '../../notes.js';
import type { ReadOptions } from '../../read-options.js';
import { columnPlace, targetNames } from '../roles.js';
import type { PlacedColumn } from './placed-column.js';
import { columnFlag } from './words.js';

/** A column of labels, which is learnt as well. */
export interface LabelColumn {
  readonly place: number;
  readonly note?: ReadingNote;
}

/**
 * The column of labels: the one that is named, or one of the usual names that holds classes.
 * @throws UserError when the named one is not there or holds no classes
 */
export function labelOf(
  columns: readonly PlacedColumn[],
  path: string,
  { label }: ReadOptions,
): LabelColumn | undefined {
  const names = columns.map(({ column }) => column.name);
  if (label !== undefined) {
    const { column, place } = columns[columnPlace(names, label, path)]!;
    if (isClass(column) || column.kind === 'count') return { place };
    throw new UserError(
      `${path}: column ${excerpt(label)} is ${column.kind} and holds no classes. Name another (--label), or say that it is categorical (${columnFlag(label)}).`,
    );
  }
  const isPlane = names.includes('x') || names.includes('X');
  for (const name of targetNames) {
    if (name === 'y' && isPlane) continue;
    const found = columns.find(
      ({ column }) => column.name.trim().toLowerCase() === name && isClass(column),
    );
    if (!found) continue;
    const text = `column ${excerpt(found.column.name)} gives the labels, and is learnt too`;
    return { place: found.place, note: { about: 'labels', text } };
  }
  return undefined;
}

function isClass({ kind }: TableColumn): boolean {
  return kind === 'categorical' || kind === 'binary' || kind === 'ordinal';
}
