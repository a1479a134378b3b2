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
 * Examples that must first be decoded, as a dataset in memory: a browser has no cache of files.
 * @param produce decodes: it calls `begin` once, adds all examples, and returns their labels
 * @throws UserError what `produce` throws
 */
export async function gather(
  name: string,
  _key: unknown,
  produce: (begin: (layout: Layout) => AddRows) => Promise<Gathered>,
  { signal }: GatherOptions,
): Promise<GatheredData> {
  const rows: (Uint8Array | Float32Array)[] = [];
  let layout: Layout | undefined;
  const end = await produce((given) => {
    layout = given;
    return async (values) => {
      signal?.throwIfAborted();
      rows.push(values.slice());
    };
  });
  if (!layout) throw new Error(`${name}: nothing was gathered`);
  const length = rows.reduce((total, each) => total + each.length, 0);
  const values = layout.dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const each of rows) {
    values.set(each, at);
    at += each.length;
  }
  const dataset = fromArray(values, layout.shape, datasetOptions(name, end));
  return { dataset, skipped: end.skipped ?? [], notes: end.notes ?? [] };
}
