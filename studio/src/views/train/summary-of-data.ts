import type { AddedData } from '../../data/info.js';
import { counted, t } from '../../language/language.js';

/** Data that was read, in a sentence. */
export function summaryOf({ title, train, shape, table }: AddedData): string {
  const { size, hasLabels } = train;
  const examples = table
    ? t('{rows} of {columns}', {
        rows: counted(size, { one: '{n} row', other: '{n} rows' }),
        columns: counted(table.length, { one: '{n} column', other: '{n} columns' }),
      })
    : t('{count} examples of {shape}', { count: size, shape: shape.join(' × ') });
  return hasLabels
    ? t('{title}: {examples}, with labels.', { title, examples })
    : t('{title}: {examples}.', { title, examples });
}
