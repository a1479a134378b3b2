import { elementCount } from '../base/shape.js';
import type { Dataset } from './dataset.js';

/** Examples that are looked at: the first, the last, and some between. */
const looked = 8;

/**
 * A few digits that tell a dataset from others of its size: 32-bit FNV-1a over eight examples and
 * their labels, http://www.isthe.com/chongo/tech/comp/fnv. Against mix-ups, not against intent.
 */
export async function fingerprint(dataset: Dataset): Promise<string> {
  const { size, shape, dtype, labels } = dataset;
  const count = Math.min(size, looked);
  const indices = Uint32Array.from({ length: count }, (_, i) =>
    Math.round((i * (size - 1)) / Math.max(1, count - 1)),
  );
  const length = count * elementCount(shape);
  const values = dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  await dataset.read(indices, values);
  let state = 0x811c9dc5;
  const take = (byte: number) => {
    state = Math.imul(state ^ byte, 0x01000193);
  };
  new Uint8Array(values.buffer).forEach(take);
  if (labels) for (const index of indices) take(labels[index]! & 0xff);
  return (state >>> 0).toString(16).padStart(8, '0');
}
