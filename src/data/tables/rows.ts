import { UserError } from '../../base/errors.js';
import { RowFault, type RowScanner } from './scan.js';
import { checkText, lastLine, lineEnd } from './text-file.js';

/** Most bytes of one row: enough for a picture of 1000 × 1000 pixels in colour. */
const maxRowBytes = 2 ** 24;

/** Takes a row that the scanner found. @param line its number, of its last line, from 1 */
export type RowVisitor = (bytes: Uint8Array, line: number) => void;

/** The rows of a text, and how they are gone through. */
export interface Rows {
  readonly path: string;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly scanner: RowScanner;
  /** Lines at the beginning that are no rows. */
  readonly skip: number;
}

/**
 * Goes through the rows of a text; empty lines are left out. After the rows of every piece it yields,
 * so that the caller may store them.
 * @throws UserError when it is no UTF-8, quotes do not match or a row is too long
 */
export async function* eachRow(rows: Rows, visit: RowVisitor): AsyncGenerator<void> {
  const { path, pieces, scanner } = rows;
  let buffer = new Uint8Array(2 ** 21);
  let filled = 0;
  let checked = 0;
  let line = 0;
  let { skip } = rows;

  const scan = (final: boolean) => {
    buffer[filled] = 10;
    // Lines can be checked only when they are whole: a piece may end within a character.
    const whole = final ? filled : lastLine(buffer, filled);
    if (whole > checked) checkText(buffer, checked, whole, line + 1, path);
    let at = 0;
    for (; at < whole && skip > 0; skip--, line++) at = lineEnd(buffer, at, whole);
    while (at < whole) {
      const next = nextRow(at, final);
      if (next < 0) break;
      line += scanner.lines;
      if (scanner.count > 1 || scanner.text(buffer, 0) !== '') visit(buffer, line);
      at = next;
    }
    buffer.copyWithin(0, at, filled);
    filled -= at;
    checked = Math.max(0, whole - at);
  };

  const nextRow = (at: number, final: boolean) => {
    try {
      return scanner.next(buffer, at, filled, final);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      throw new UserError(`${path}: line ${line + 1}: ${error.message}. Correct the table.`);
    }
  };

  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; from += 2 ** 20) {
      const part = piece.subarray(from, from + 2 ** 20);
      if (filled + part.length >= buffer.length) {
        const larger = new Uint8Array(buffer.length * 2);
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      buffer.set(part, filled);
      filled += part.length;
      scan(false);
      if (filled > maxRowBytes) throw tooLong(buffer, filled, line + 1, path);
      yield;
    }
  }
  scan(true);
  yield;
}

function tooLong(bytes: Uint8Array, end: number, line: number, path: string): UserError {
  if (bytes.subarray(0, end).includes(0)) {
    return new UserError(
      `${path}: line ${line} has a zero byte: the file is no text. Give a table.`,
    );
  }
  return new UserError(
    `${path}: line ${line}: a row is over 16 MB; is a quote not closed? Correct the table.`,
  );
}
