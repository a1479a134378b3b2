/** The bytes of a file, wherever it lies. */
export interface FileBytes {
  /** Its name in messages. */
  readonly path: string;
  readonly size: number;
  /** Facts that decide its content, as JSON. */
  readonly key: unknown;
  /** Its content, where that is in memory. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** Place on a disk where its bytes lie as they are. */
  readonly file?: { readonly path: string; readonly offset: number } | undefined;
  /** Its bytes from a place on. */
  chunks(start?: number): AsyncIterable<Uint8Array>;
}

/** Bytes that are in memory, as if they were a file's. */
export function bytesOf(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  key: unknown = path,
): FileBytes {
  return {
    path,
    size: bytes.length,
    key,
    bytes,
    async *chunks(start = 0) {
      yield bytes.subarray(start);
    },
  };
}

/** The first bytes of a file, as many as there are up to `most`. */
export async function startOf(file: FileBytes, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (file.bytes) return file.bytes.subarray(0, most);
  const head = new Uint8Array(Math.min(file.size, most));
  let length = 0;
  for await (const chunk of file.chunks()) {
    const part = chunk.subarray(0, head.length - length);
    head.set(part, length);
    length += part.length;
    if (length === head.length) break;
  }
  return head.subarray(0, length);
}
