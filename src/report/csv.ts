/** Text as a cell of CSV. */
export const csvCell = (text: string) =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Cells as a line of CSV. */
export const csvLine = (cells: readonly (string | number)[]) =>
  `${cells.map((cell) => csvCell(String(cell))).join()}\n`;
