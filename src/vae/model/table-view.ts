import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { spread } from '../../data/changes/spread.js';
import { categoryCount, type TableColumn } from '../../data/column.js';
import { type Dataset, readRange } from '../../data/dataset.js';
import type { InputDescription } from '../../data/input.js';
import { mostFloat32 } from '../../data/tables/numbers.js';
import {
  asinh,
  cast,
  concat,
  constant,
  div,
  equal,
  maximum,
  minimum,
  sub,
  type Value,
  where,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import { repeatedAt } from '../likelihoods/columns/flat.js';
import { type ColumnLikelihood, groupsOf } from '../likelihoods/columns/index.js';
import { momentsOf } from '../likelihoods/columns/moments.js';
import {
  factsPath,
  isObserved,
  learntColumns,
  typicalValues,
  valuesAt,
} from '../likelihoods/columns/rows.js';
import type { InputView, Statistics } from './input-view.js';

/** Rows that the statistics of columns are taken from, at most: they are spread over the data. */
const mostRows = 100_000;

/** The smallest step between values as a table writes them. */
function resolutionOf({ kind, decimals }: TableColumn): number {
  if (kind === 'continuous') return decimals === undefined ? 0 : 10 ** -decimals;
  return 1;
}

/** The columns of rows, each without the values that are missing. */
async function observedColumns(data: Dataset): Promise<Float32Array[]> {
  const sample = spread(data, mostRows);
  const { data: rows } = await readRange(sample, 0, sample.size);
  const [width = 0] = sample.shape;
  return Array.from({ length: width }, (_, column) => {
    const values = Float32Array.from({ length: sample.size }, (_, row) => {
      return (rows as Float32Array)[row * width + column]!;
    }).filter((value) => !Number.isNaN(value));
    // A column without any known value may have any distribution.
    return values.length > 0 ? values : Float32Array.of(0);
  });
}

/** The statistics of a column's likelihood. @throws UserError when it cannot describe the values */
function fitColumn(
  likelihood: ColumnLikelihood,
  column: TableColumn,
  values: Float32Array,
  categories: number,
) {
  try {
    return likelihood.fit(values, categories, resolutionOf(column));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`column ${quote(column.name)}: ${error.message}`, { cause: error });
  }
}

/** Facts of the training data by which columns are seen and judged, by the names of tensors. */
async function fitColumns(columns: readonly TableColumn[], data: Dataset): Promise<Statistics> {
  const values = await observedColumns(data);
  const moments = values.map(momentsOf);
  const isNumber = columns.map((column) => categoryCount(column) === 0);
  const numbers = moments.filter((_, place) => isNumber[place]);
  const found: Record<string, Float32Array> = {
    ...(numbers.length > 0
      ? {
          'input.mean': Float32Array.from(numbers, ({ mean }) => mean),
          'input.deviation': Float32Array.from(numbers, ({ deviation }) => deviation),
        }
      : {}),
    'likelihood.typical': Float32Array.from(moments, ({ mean }, place) =>
      isNumber[place] ? mean : 0,
    ),
  };
  for (const { name, likelihood, places, categories, columns: own } of groupsOf(columns)) {
    const fitted = places.map((place, i) =>
      fitColumn(likelihood, own[i]!, values[place]!, categories),
    );
    for (const statistic of Object.keys(likelihood.statistics(categories))) {
      const rows = fitted.flatMap((each) => Array.from(each[statistic]!));
      found[`likelihood.${name}.${factsPath}.${statistic}`] = Float32Array.from(rows);
    }
  }
  return found;
}

/** Numbers less their mean, by their deviation; large ones by their logarithm. */
function numbersSeen(x: Value, places: readonly number[], scope: Scope): Value {
  const own = scope.child('input');
  const mean = own.state('mean', [places.length], 'zeros').value;
  const deviation = own.state('deviation', [places.length], 'ones').value;
  return asinh(div(sub(valuesAt(x, places), mean), deviation));
}

/**
 * 1 at the place of each category, 0 at the others of its column; all 0 where it is missing.
 * @param observed where values of `x` are there
 */
function categoriesSeen(x: Value, observed: Value, columns: readonly TableColumn[]): Value {
  const counts = columns.map(categoryCount);
  const places = counts.flatMap((count, place) => Array<number>(count).fill(place));
  const categories = counts.flatMap((count) => Array.from({ length: count }, (_, i) => i));
  const each = constant(categories, [categories.length], x.dtype);
  return cast(equal(repeatedAt(where(observed, x, -1), places), each), x.dtype);
}

/** The encoder's input, [batch, features]. */
function featuresOf(x: Value, columns: readonly TableColumn[], scope: Scope): Value {
  const places = (isWanted: (column: TableColumn) => boolean) =>
    columns.flatMap((column, place) => (isWanted(column) ? [place] : []));
  const observed = isObserved(x);
  // The mean of a column, which is seen as 0.
  const filled = where(observed, x, typicalValues(x, scope.child('likelihood')));
  const numbers = places((column) => categoryCount(column) === 0);
  const gaps = places(({ missing }) => missing > 0);
  const parts = [
    ...(numbers.length > 0 ? [numbersSeen(filled, numbers, scope)] : []),
    ...(numbers.length < columns.length ? [categoriesSeen(x, observed, columns)] : []),
    ...(gaps.length > 0 ? [cast(valuesAt(observed, gaps), x.dtype)] : []),
  ];
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
}

/** Numbers within the smallest and the largest of their column. */
function heldInRanges(x: Value, columns: readonly TableColumn[]): Value {
  const bound = (place: 0 | 1, none: number) =>
    constant(
      columns.map(({ range }) => range?.[place] ?? none),
      [columns.length],
      x.dtype,
    );
  return minimum(maximum(x, bound(0, -mostFloat32)), bound(1, mostFloat32));
}

/**
 * Rows of a table. The encoder sees numbers standardized, categories one-hot, and which values are there,
 * for columns that had gaps in training; a missing value is 0 (as in MIWAE, Mattei and Frellsen 2019, §3.1,
 * https://arxiv.org/abs/1812.02633). Numbers are shown within the range of their column.
 */
export function tableView(input: InputDescription): InputView {
  const columns = learntColumns(input);
  return {
    features: (x, scope) => featuresOf(x, columns, scope),
    judged: (x) => x,
    shown: (x) => heldInRanges(x, columns),
    fit: (data) => fitColumns(columns, data),
  };
}
