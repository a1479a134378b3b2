import type { AsyncBuffer } from 'hyparquet';

/**
 * A file of which some parts are in memory: they are given at once, and not by a promise. hyparquet
 * begins several readings together and waits for them one by one, so that one which failed meanwhile
 * would end the program.
 */
export class HeldBytes implements AsyncBuffer {
  readonly byteLength: number;
  readonly #parts: { readonly start: number; readonly bytes: Uint8Array }[] = [];

  constructor(private readonly file: AsyncBuffer) {
    this.byteLength = file.byteLength;
  }

  /** Reads a part into memory. */
  async hold(start: number, end: number): Promise<ArrayBuffer> {
    const buffer = await this.file.slice(start, end);
    this.#parts.push({ start, bytes: new Uint8Array(buffer) });
    return buffer;
  }

  /** A part: from memory, where all of it is there. */
  slice(start: number, end = this.byteLength): ArrayBuffer | Promise<ArrayBuffer> {
    const whole = new Uint8Array(Math.max(0, end - start));
    const parts = [...this.#parts].sort((a, b) => a.start - b.start);
    let filled = 0;
    for (const { start: from, bytes } of parts) {
      const skip = start + filled - from;
      if (skip < 0 || skip >= bytes.length || filled === whole.length) continue;
      const part = bytes.subarray(skip, skip + whole.length - filled);
      whole.set(part, filled);
      filled += part.length;
    }
    return filled === whole.length ? whole.buffer : this.file.slice(start, end);
  }
}
