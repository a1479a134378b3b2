/**
 * Elements from column-major order, as Fortran and MATLAB have it, into row-major order: the last
 * index is the fastest afterwards.
 * @param width bytes of one element
 */
export function rowMajor(
  bytes: Uint8Array,
  width: number,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  // A copy is at an address that wide units allow.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const Unit = width % 4 === 0 ? Uint32Array : width % 2 === 0 ? Uint16Array : Uint8Array;
  const units = width / Unit.BYTES_PER_ELEMENT;
  const source = new Unit(buffer as ArrayBuffer, byteOffset, bytes.length / Unit.BYTES_PER_ELEMENT);
  const target = new Unit(source.length);
  const strides: number[] = [];
  let stride = units;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to += units) {
    for (let i = 0; i < units; i++) target[to + i] = source[from + i]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return new Uint8Array(target.buffer);
}
