import { type StoredType, storedSize } from '../codecs/numbers.js';
import type { NumberSource } from './array-source.js';

/** Elements in memory, with their type and shape; little-endian where nothing else is said. */
export interface MemoryArray {
  readonly path: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Facts that decide its content, as JSON. */
  readonly key: unknown;
  readonly bigEndian?: boolean;
}

/** An array whose elements are in memory, row-major. */
export function memoryArray({ bigEndian = false, ...array }: MemoryArray): NumberSource {
  return {
    ...array,
    itemBytes: storedSize(array.type),
    bigEndian,
    fortranOrder: false,
    async *chunks() {
      yield array.bytes;
    },
  };
}
