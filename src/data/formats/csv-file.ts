import { fileBytes } from '#files';
import { type DataFormat, textTableUses } from './format.js';
import { dataName } from './idx-dataset.js';

const endings = /\.(csv|tsv|tab|psv)(\.(gz|zst|zip))?$/i;

/** Endings of files that may hold a table as well as something else. */
const textEndings = /\.(txt|dat|data|asc)(\.(gz|zst))?$/i;

/**
 * A table of numbers as text, one example a row: CSV, TSV and the like, plain or packed. Its delimiter,
 * decimal mark and names are found by its first lines, the kinds of its columns by all rows.
 */
export const csvFile: DataFormat = {
  reads: 'a CSV or TSV file of numbers',
  uses: textTableUses,
  async open({ path, entries }, options) {
    if (entries || !(endings.test(path) || textEndings.test(path))) return undefined;
    if (textEndings.test(path) && (await isBinary(path))) return undefined;
    // The readers of tables are loaded only when there is one.
    const { DelimitedTable } = await import('../tables/delimited.js');
    const { openTable } = await import('../tables/open-table.js');
    const name = dataName(path).replace(endings, '').replace(textEndings, '') || 'data';
    return openTable(name, await DelimitedTable.open(path, options), options);
  },
};

/** Tells whether a file begins with a zero byte, as IDX files do. */
async function isBinary(path: string): Promise<boolean> {
  const { size, slice } = await fileBytes(path);
  return size > 0 && (await slice(0, 1))[0] === 0;
}
