/*
 * Programs can have several realms, each with classes of its own: frames of a page, contexts of
 * `node:vm`, tests under Jest. `instanceof` knows only the classes of one realm, so it is never asked
 * of a value from elsewhere: from a user, the system, another thread, the runtime.
 */

/** Arrays of this realm by their name, which is the same in all. */
const arrays = new Map(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    (globalThis as { Float16Array?: Float32ArrayConstructor }).Float16Array,
  ]
    .filter((each) => each !== undefined)
    .map((each) => [each.name, each as Float32ArrayConstructor]),
);

/** The kind of a typed array, such as `Float32Array`; of anything else, undefined. */
function kindOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value)
    ? (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]
    : undefined;
}

/** Tells whether a value is a Uint8Array, of any realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return kindOf(value) === 'Uint8Array';
}

/** Tells whether a value is a Float32Array, of any realm. */
export function isFloats(value: unknown): value is Float32Array {
  return kindOf(value) === 'Float32Array';
}

/** An array as one of this realm, over the same memory. Any other value is returned as it is. */
export function ownArray<T>(array: T): T {
  const kind = kindOf(array);
  const own = kind === undefined ? undefined : arrays.get(kind);
  if (own === undefined || array instanceof own) return array;
  const { buffer, byteOffset, length } = array as unknown as Float32Array<ArrayBuffer>;
  return new own(buffer, byteOffset, length) as T;
}

/** Tells whether memory is shared between threads, of any realm. */
export function isSharedMemory(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}

/** Tells whether a value is an error, of any realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
