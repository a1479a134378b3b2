import { formatCount, formatNumber } from './number.js';

/** A column's heading, and on which side its cells stand: numbers right, text left unless told. */
export type Column = string | { readonly header: string; readonly align?: 'left' | 'right' };

/** Whole numbers are written with their thousands apart, others with five significant digits. */
export type Cell = string | number;

export interface TableOptions {
  /** Stands above the table. */
  readonly title?: string;
  /** Lines under the table. */
  readonly footer?: string | readonly string[];
}

const gap = '  ';

const format = (cell: Cell): string =>
  typeof cell === 'string' ? cell : Number.isInteger(cell) ? formatCount(cell) : formatNumber(cell);

/** Characters, not UTF-16 units. */
const width = (text: string): number => [...text].length;

/**
 * A table in plain text, without a newline at its end:
 * ```
 * Model: vae
 * Layer      Output shape  Parameters
 * ───────────────────────────────────
 * encoder.0  [2]                1,570
 * ───────────────────────────────────
 * Parameters: 1,570
 * ```
 * @param rows each has one cell a column
 * @throws RangeError when a row has more or fewer cells than there are columns
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): string {
  const bad = rows.findIndex((row) => row.length !== columns.length);
  if (bad >= 0) {
    throw new RangeError(
      `Row ${bad} has ${rows[bad]?.length} cells, the table ${columns.length} columns.`,
    );
  }
  const layout = columns.map((column, index) => {
    const { header, align } = typeof column === 'string' ? { header: column } : column;
    const cells = rows.map((row) => row[index] ?? '');
    const numeric = cells.length > 0 && cells.every((cell) => typeof cell === 'number');
    const texts = [header, ...cells.map(format)];
    const widest = Math.max(...texts.map(width));
    const right = (align ?? (numeric ? 'right' : 'left')) === 'right';
    return texts.map((text) => {
      const space = ' '.repeat(widest - width(text));
      return right ? space + text : text + space;
    });
  });
  const lines = ['', ...rows].map((_, line) => layout.map((texts) => texts[line]).join(gap));
  const rule = '─'.repeat(width(lines[0] ?? ''));
  const [header = '', ...body] = lines.map((line) => line.trimEnd());
  const footer = typeof options.footer === 'string' ? [options.footer] : (options.footer ?? []);
  return [
    ...(options.title === undefined ? [] : [options.title]),
    header,
    rule,
    ...body,
    ...(footer.length > 0 ? [rule, ...footer] : []),
  ].join('\n');
}
