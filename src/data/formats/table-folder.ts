import { UserError } from '../../base/errors.js';
import { listed } from '../../base/excerpt.js';
import { within } from '../../base/paths.js';
import type { Table } from '../tables/table.js';
import { type DataFormat, type FormatOptions, textTableUses } from './format.js';
import { dataName } from './idx-dataset.js';

/** Kinds of text tables, each with its ending: a folder holds tables of one kind. */
const kinds: readonly (readonly [ending: RegExp, open: OpenTable])[] = [
  [/\.(csv|tsv|tab|psv)(\.(gz|zst|zip))?$/i, openText],
  [/\.(jsonl|ndjson)(\.(gz|zst|zip))?$/i, openJson],
];

type OpenTable = (path: string, options: FormatOptions) => Promise<Table>;

async function openText(path: string, options: FormatOptions): Promise<Table> {
  const { DelimitedTable } = await import('../tables/delimited.js');
  return DelimitedTable.open(path, options);
}

async function openJson(path: string, options: FormatOptions): Promise<Table> {
  const { openJsonTable } = await import('../tables/json-table.js');
  return openJsonTable(path, options);
}

/** A folder of text tables, one for each part: train.csv and test.csv, or one alone. */
export const tableFolder: DataFormat = {
  reads: 'a folder with train.csv and test.csv',
  uses: textTableUses,
  async open(place, options) {
    if (!place.entries) return undefined;
    const { findTables } = await import('../tables/find-tables.js');
    for (const [ending, open] of kinds) {
      const found = await findTables(place, ending);
      if (!found) continue;
      const { openTables } = await import('../tables/open-table.js');
      const tableOf = async (part: keyof typeof found.parts) => {
        const files = found.parts[part];
        if (files.length > 1) {
          throw new UserError(
            `${place.path}: there are ${files.length} tables for ${part} in it: ${listed(files, 5)}. Give one of them.`,
          );
        }
        return files.length === 1 ? open(within(place.path, files[0]!), options) : undefined;
      };
      const train = (await tableOf('train'))!;
      const parts = { train, validation: await tableOf('validation'), test: await tableOf('test') };
      const data = await openTables(dataName(place.path), parts, options);
      return { ...data, notes: [...found.notes, ...(data.notes ?? [])] };
    }
    return undefined;
  },
};
