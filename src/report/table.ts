export interface TableOptions {
  readonly title?: string;
  readonly footer?: string;
}

/** Whether a cell reads as a number, and so stands on the right. */
const isNumber = (cell: string) => /^[+-]?[\d,.]+(e[+-]?\d+)?$/.test(cell);

/**
 * A plain-text table: columns as wide as their cells, columns of numbers to the right.
 * @param rows cells in the order of the columns
 */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { title, footer }: TableOptions = {},
): string {
  const widths = columns.map((column, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), column.length),
  );
  const numeric = columns.map(
    (_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((a, b) => a + b, 2 * (columns.length - 1)));
  return [
    ...(title ? [title] : []),
    line(columns),
    rule,
    ...rows.map(line),
    rule,
    ...(footer ? [footer] : []),
  ].join('\n');
}
