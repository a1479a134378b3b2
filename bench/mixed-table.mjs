/** A made-up table of mixed columns, and the facts of it by which vaekit's likelihoods of columns begin. */
import { fillNormal, randomStream } from '../dist/base/random.js';
import { datasets } from '../dist/index.js';
import { groupsOf } from '../dist/vae/likelihoods/columns/index.js';
import { tableView } from '../dist/vae/model/table-view.js';

/** @typedef {import('../dist/index.js').TableColumn} TableColumn */

const kinds = /** @type {const} */ ([
  { kind: 'continuous', count: 12, categories: 0 },
  { kind: 'binary', count: 6, categories: 2 },
  { kind: 'categorical', count: 6, categories: 5 },
  { kind: 'categorical', count: 6, categories: 10 },
]);

/** Thirty columns. @type {readonly TableColumn[]} */
export const columns = kinds.flatMap(({ kind, count, categories }) =>
  Array.from({ length: count }, (_, i) => ({
    name: `${kind}${categories}-${i}`,
    kind,
    type: categories > 0 ? /** @type {const} */ ('text') : /** @type {const} */ ('number'),
    missing: 0,
    ...(categories > 0 && { categories: Array.from({ length: categories }, (_, c) => `c${c}`) }),
  })),
);

/**
 * Rows of which each column follows from two hidden numbers and noise of its own; numbers have two modes.
 * @param {number} count
 * @returns {Float32Array} [count, columns]
 */
export function mixedRows(count) {
  const width = columns.length + 2;
  const normal = new Float32Array(count * width);
  fillNormal(randomStream(0, 'table'), normal);
  const values = new Float32Array(count * columns.length);
  for (let row = 0; row < count; row++) {
    const [first = 0, second = 0, ...noise] = normal.subarray(row * width, (row + 1) * width);
    columns.forEach(({ categories }, column) => {
      const turn = 0.7 * column;
      const hidden = Math.cos(turn) * first + Math.sin(turn) * second;
      const value = hidden + 0.5 * (noise[column] ?? 0);
      const last = (categories?.length ?? 0) - 1;
      values[row * columns.length + column] = categories
        ? Math.min(last, Math.max(0, Math.round(((value + 2) / 4) * last)))
        : 10 * column + value + 3 * Math.sign(second);
    });
  }
  return values;
}

/**
 * Facts of the columns by which a peer sees and judges rows as vaekit does: groups of columns by likelihood,
 * and the statistics of each column that its likelihood begins with.
 * @param {Float32Array} rows
 */
export async function factsOf(rows) {
  const shape = [columns.length];
  const view = tableView({ shape, kind: 'table', scaling: 'none', columns });
  const statistics = Object.entries((await view.fit?.(datasets.fromArray(rows, shape))) ?? {}).map(
    ([name, values]) => /** @type {const} */ ([name, Array.from(values)]),
  );
  const under = (/** @type {string} */ path) =>
    Object.fromEntries(
      statistics.flatMap(([name, values]) =>
        name.startsWith(path) ? [[name.slice(path.length), values]] : [],
      ),
    );
  return {
    categories: columns.map(({ categories }) => categories?.length ?? 0),
    numbers: under('input.'),
    groups: groupsOf(columns).map(({ name, likelihood, places, categories, parameters }) => ({
      likelihood: likelihood.type,
      places,
      categories,
      parameters,
      statistics: under(`likelihood.${name}.data.`),
    })),
  };
}
