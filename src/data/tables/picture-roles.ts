import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import type { ParquetFile } from '../codecs/parquet.js';
import type { ParquetColumn } from '../codecs/parquet-columns.js';
import type { ReadingNote } from '../notes.js';
import type { ReadOptions } from '../read-options.js';
import { columnPlace, columnsText, targetNames } from './roles.js';

/**
 * The column of labels beside one of pictures, and notes on all others.
 * @throws UserError when the named one is not there or holds no labels
 */
export function pictureRoles(
  { columns, path }: ParquetFile,
  picture: ParquetColumn,
  options: Pick<ReadOptions, 'label'>,
): { readonly label: string | undefined; readonly notes: readonly ReadingNote[] } {
  const isLabel = ({ kind }: ParquetColumn) =>
    kind === 'number' || kind === 'words' || kind === 'boolean';
  const names = columns.map(({ name }) => name);
  let label: string | undefined;
  if (options.label === undefined) {
    label = targetNames
      .map((name) => columns.find((each) => each.name.toLowerCase() === name && isLabel(each)))
      .find((found) => found !== undefined)?.name;
  } else {
    label = options.label;
    if (!isLabel(columns[columnPlace(names, label, path)]!)) {
      throw new UserError(
        `${path}: column ${excerpt(label)} holds no labels. Name another (--label).`,
      );
    }
  }
  const notes: ReadingNote[] = [
    { about: 'columns', text: `column ${excerpt(picture.name)} holds the pictures` },
  ];
  if (label !== undefined) {
    notes.push({ about: 'labels', text: `column ${excerpt(label)} gives the labels` });
  }
  const rest = columns.filter((each) => each !== picture && each.name !== label);
  const types = new Map<string, string[]>();
  for (const { name, type } of rest) types.set(type, [...(types.get(type) ?? []), name]);
  for (const [type, all] of types) {
    const verb = all.length === 1 ? 'it holds' : 'they hold';
    notes.push({ about: 'left out', text: `${columnsText(all)} left out: ${verb} ${type}` });
  }
  return { label, notes };
}
