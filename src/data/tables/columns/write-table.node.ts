import { openAtomic } from '../../files/atomic-file.node.js';
import { tableEndingOf, tablePieces } from './table-files.js';
import type { TableRows } from './table-rows.js';

/**
 * Writes rows as a file of the kind that its ending tells; it comes whole or not at all.
 * @throws UserError when the ending is none that rows are written as, or the file cannot be written
 */
export async function writeTable(path: string, rows: TableRows): Promise<void> {
  const ending = tableEndingOf(path);
  const file = await openAtomic(path);
  try {
    for await (const piece of tablePieces(rows, ending)) await file.add(piece);
    await file.commit();
  } finally {
    await file.discard();
  }
}
