import type { AddedData } from '../../data/info.js';
import { counted, t } from '../../language/language.js';

/** Data that was read, in a sentence. */
export function summaryOf({ title, train, shape, table }: AddedData): string {
  const { size, hasLabels } = train;
  const examples = table
    ? counted(size, { one: '{n} row', other: '{n} rows' })
    : t('{count} examples of {shape}', { count: size, shape: shape.join(' × ') });
  const columns = table && counted(table.length, { one: 'of {n} column', other: 'of {n} columns' });
  const what = columns ? t('{rows} {ofColumns}', { rows: examples, ofColumns: columns }) : examples;
  return hasLabels
    ? t('{title}: {examples}, with labels.', { title, examples: what })
    : t('{title}: {examples}.', { title, examples: what });
}
