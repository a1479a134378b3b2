import { openShards, shardHeader } from '../rows/shards.node.js';
import type { DataFormat } from './format.js';
import { dataName } from './idx-dataset.js';

/** A folder of shards, which are read by batch, so that their size does not matter. */
export const shardFolder: DataFormat = {
  reads: `a folder of shards with ${shardHeader}`,
  uses: [],
  async open({ path, entries }) {
    if (!entries?.includes(shardHeader)) return undefined;
    const name = dataName(path);
    const { dataset, skipped } = await openShards(path, name);
    return { name, train: dataset, ...(skipped.length > 0 ? { skipped } : {}) };
  },
};
