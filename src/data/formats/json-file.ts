import { type DataFormat, tableUses } from './format.js';
import { dataName } from './idx-dataset.js';

const endings = /\.(jsonl|ndjson|json)(\.(gz|zst|zip))?$/i;

/** A table of numbers as JSON: an object a line, or a list of objects. */
export const jsonFile: DataFormat = {
  reads: 'a JSON-lines file of numbers',
  uses: tableUses,
  async open({ path, entries }, options) {
    if (entries || !endings.test(path)) return undefined;
    const { openJsonTable } = await import('../tables/json-table.js');
    const { openTable } = await import('../tables/open-table.js');
    const name = dataName(path).replace(endings, '') || 'data';
    return openTable(name, await openJsonTable(path, options), options);
  },
};
