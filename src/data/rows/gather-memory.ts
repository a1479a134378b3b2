import { fromArray } from '../dataset.js';
import {
  type AddRows,
  datasetOptions,
  type Gathered,
  type GatheredData,
  type GatherOptions,
  type Layout,
} from './gather.js';

/**
 * Examples that must first be decoded, as a dataset in memory.
 * @param produce decodes: it calls `begin` once, adds all examples, and returns their labels
 * @throws UserError as `produce` does
 */
export async function gatherInMemory(
  name: string,
  _key: unknown,
  produce: (begin: (layout: Layout) => AddRows) => Promise<Gathered>,
  { signal }: GatherOptions,
): Promise<GatheredData> {
  const rows: (Uint8Array | Float32Array)[] = [];
  let layout: Layout | undefined;
  let whole: Uint8Array | Float32Array | undefined;
  let length = 0;
  const end = await produce((given) => {
    layout = given;
    const { shape, most, dtype } = given;
    // Examples are not held twice where their number is known.
    if (most !== undefined) {
      const values = shape.reduce((product, size) => product * size, most);
      whole = dtype === 'uint8' ? new Uint8Array(values) : new Float32Array(values);
    }
    return async (values) => {
      signal?.throwIfAborted();
      if (whole) whole.set(values, length);
      else rows.push(values.slice());
      length += values.length;
    };
  });
  if (!layout) throw new Error(`${name}: nothing was gathered`);
  const values = whole?.subarray(0, length) ?? joined(rows, length, layout.dtype);
  const dataset = fromArray(values, layout.shape, datasetOptions(name, end));
  return { dataset, skipped: end.skipped ?? [], notes: end.notes ?? [] };
}

function joined(
  rows: readonly (Uint8Array | Float32Array)[],
  length: number,
  dtype: Layout['dtype'],
): Uint8Array | Float32Array {
  const values = dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const each of rows) {
    values.set(each, at);
    at += each.length;
  }
  return values;
}
