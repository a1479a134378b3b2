import { isLearnt } from '../../../src/data/column.js';
import type { OpenedData } from '../../../src/data/formats/format.js';
import { type Dataset, UserError } from '../../../src/index.js';

/**
 * Data of a table without some of its columns.
 * @param names of columns that are left out; unknown names do no harm
 * @throws UserError when no column is left to learn
 */
export function withoutColumns(opened: OpenedData, names: readonly string[]): OpenedData {
  const { train, validation, test } = opened;
  return {
    ...opened,
    train: partWithout(train, names),
    ...(validation ? { validation: partWithout(validation, names) } : {}),
    ...(test ? { test: partWithout(test, names) } : {}),
  };
}

function partWithout(data: Dataset, names: readonly string[]): Dataset {
  const { table, ids } = data;
  if (!table) return data;
  const learnt = table.filter(isLearnt);
  const places = learnt.flatMap(({ name }, place) => (names.includes(name) ? [] : [place]));
  if (places.length === 0) {
    throw new UserError(
      `${data.name}: all columns of which something can be learnt are left out. Keep one at least.`,
    );
  }
  const [width, left] = [learnt.length, places.length];
  return {
    ...data,
    shape: [left],
    table: table.filter(({ name }) => !names.includes(name)),
    columns: places.map((place) => learnt[place]!),
    ...(ids ? { ids: ids.filter(({ name }) => !names.includes(name)) } : {}),
    async read(indices, target) {
      const rows = new Float32Array(indices.length * width);
      await data.read(indices, rows);
      for (let row = 0; row < indices.length; row++) {
        for (const [i, place] of places.entries()) {
          target[row * left + i] = rows[row * width + place]!;
        }
      }
    },
  };
}
