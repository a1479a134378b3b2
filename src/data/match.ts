import { UserError } from '../base/errors.js';
import { formatShape, listed, quote } from '../base/excerpt.js';
import { elementCount } from '../base/shape.js';
import { isLearnt, type TableColumn } from './column.js';
import type { Dataset } from './dataset.js';
import type { DataDescription, DataNames } from './description.js';
import { summarizeValues } from './values.js';

/** Data as a model knows it, and lines on how it was brought there. */
export interface MatchedData {
  readonly data: Dataset;
  readonly notes: readonly string[];
}

/** Examples of which only some values stay, in another order. */
function withColumns(data: Dataset, places: readonly number[]): Dataset {
  const width = elementCount(data.shape);
  return {
    ...data,
    shape: [places.length],
    columns: places.map((place) => data.columns![place]!),
    async read(indices, target) {
      const rows = new (data.dtype === 'uint8' ? Uint8Array : Float32Array)(indices.length * width);
      await data.read(indices, rows);
      for (let row = 0; row < indices.length; row++) {
        for (const [i, place] of places.entries()) {
          target[row * places.length + i] = rows[row * width + place]!;
        }
      }
    },
  };
}

/** The columns that a model was trained on, by their names. @throws UserError when one is missing */
function byColumns(known: DataNames, data: Dataset): MatchedData {
  const names = data.columns?.map(({ name }) => name);
  const { columns } = known;
  if (!names || !columns || names.join('\n') === columns.join('\n')) return { data, notes: [] };
  const missing = columns.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new UserError(
      `${data.name} lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${listed(missing.map(quote))} that the model was trained on; it has ${listed(names.map(quote))}. Give data with the same columns.`,
    );
  }
  const others = names.filter((name) => !columns.includes(name));
  return {
    data: withColumns(
      data,
      columns.map((name) => names.indexOf(name)),
    ),
    notes:
      others.length > 0
        ? [`columns ${listed(others.map(quote))} left out: the model was not trained on them`]
        : [],
  };
}

/** Advice to read rows by the columns of a model. */
const likeAdvice = 'Read it by the columns of the model: like: vae.input.columns in openDataset';

/** The facts that decide the values of a column, as text. */
function meaningOf({ kind, categories, rare, date }: TableColumn): string {
  return JSON.stringify([kind, categories, rare && Object.keys(rare).sort(), date]);
}

/**
 * Checks that rows were read by the columns of a model's table.
 * @throws UserError when they were not
 */
function checkTable({ table }: DataNames, { name, table: others }: Dataset): void {
  if (!table || others === table) return;
  if (!others) {
    throw new UserError(
      `${name} holds plain numbers, but the model was trained on columns of a table. ${likeAdvice}.`,
    );
  }
  for (const column of table.filter(isLearnt)) {
    const other = others.find((each) => each.name === column.name);
    if (!other || meaningOf(other) === meaningOf(column)) continue;
    const differs =
      other.kind === column.kind
        ? 'is numbered by other values than in training'
        : `was read as ${other.kind}, but is ${column.kind} to the model`;
    throw new UserError(`${name}: column ${quote(column.name)} ${differs}. ${likeAdvice}.`);
  }
}

/** Examples of as many values in another shape, where one of the two shapes is a row. */
function byShape({ shape }: DataNames, data: Dataset): MatchedData {
  const isSame = data.shape.join() === shape.join();
  const isRow = shape.length === 1 || data.shape.length === 1;
  if (isSame || !isRow || elementCount(shape) !== elementCount(data.shape)) {
    return { data, notes: [] };
  }
  const { columns: _, ...rest } = data;
  return {
    data: { ...rest, shape },
    notes: [
      `examples ${formatShape(data.shape)} taken as ${formatShape(shape)}, the model's shape`,
    ],
  };
}

/** The class names of data; where it has none, its numbers. */
function namesOf({ labels, classNames }: Dataset): readonly string[] {
  if (classNames) return classNames;
  const most = Array.from(labels!).reduce((largest, label) => Math.max(largest, label), 0);
  return Array.from({ length: most + 1 }, (_, i) => String(i));
}

/**
 * Labels by the numbers that a model's classes have.
 * @param needsLabels whether the model sees labels, so that it must know all of them
 * @throws UserError when there is a class that it does not know
 */
function byClasses(known: DataNames, data: Dataset, needsLabels: boolean): MatchedData {
  const { labels, classNames, name } = data;
  // Numbers without names are the model's own.
  if (!labels || !classNames) return { data, notes: [] };
  const names = known.classNames ?? [];
  if (names.join('\n') === classNames.join('\n')) return { data, notes: [] };
  if (!known.classNames) {
    if (!needsLabels) return { data, notes: [] };
    throw new UserError(
      `${name} has classes with names (${listed(classNames.map(quote))}), but the model was trained on numbers. Give labels as the numbers that it knows.`,
    );
  }
  const present = new Set(Array.from(labels));
  const unknown = classNames.filter((each, i) => present.has(i) && !names.includes(each));
  if (unknown.length > 0 && needsLabels) {
    throw new UserError(
      `${name} has ${unknown.length === 1 ? 'the class' : 'the classes'} ${listed(unknown.map(quote))}, which the model was not trained on; it knows ${listed(names.map(quote))}. Leave such examples out.`,
    );
  }
  const all = [...names, ...classNames.filter((each) => !names.includes(each))];
  const numbers = namesOf(data).map((each) => all.indexOf(each));
  return {
    data: {
      ...data,
      labels: Int32Array.from(labels, (label) => numbers[label]!),
      classNames: all,
    },
    notes:
      unknown.length > 0
        ? [`classes ${listed(unknown.map(quote))}: the model was not trained on them`]
        : [],
  };
}

/**
 * Data as a model knows it: columns and classes by their names, rows in its shape.
 * @param known the data that the model was trained on
 * @param needsLabels whether the model sees labels
 * @throws UserError when a column is missing or was read otherwise, or a class is unknown to a model that
 *   sees labels
 */
export function matchData(known: DataNames, data: Dataset, needsLabels = false): MatchedData {
  checkTable(known, data);
  const columns = byColumns(known, data);
  const shape = byShape(known, columns.data);
  const classes = byClasses(known, shape.data, needsLabels);
  return { data: classes.data, notes: [...columns.notes, ...shape.notes, ...classes.notes] };
}

/** A mean farther than so many deviations from the mean of training shows another scale. */
const mostDeviations = 20;

const rounded = (value: number) => Number(value.toPrecision(3));

/**
 * Checks that values are on the scale of training, unless they are columns of a table.
 * @throws UserError when their mean is further from training's than 20 of its deviations
 */
export async function checkScale(known: DataDescription, data: Dataset): Promise<void> {
  // Columns of a table have scales of their own, and rows that are odd are to be found.
  if (data.table || (data.dtype === 'uint8' && known.dtype === 'uint8')) return;
  const { least, most, mean } = await summarizeValues(data);
  const before = known.values;
  const deviation = before.deviation || Math.abs(before.mean) || 1;
  if (Math.abs(mean - before.mean) <= mostDeviations * deviation) return;
  const factor = before.most > 0 ? most / before.most : 0;
  const by = [255, 65535, 100].find((each) => Math.abs(factor / each - 1) < 0.1);
  throw new UserError(
    `${data.name} is on another scale than the data that the model was trained on: its values are from ${rounded(least)} to ${rounded(most)} with a mean of ${rounded(mean)}, where training had ${rounded(before.least)} to ${rounded(before.most)} with a mean of ${rounded(before.mean)}. ${by ? `Divide them by ${by}.` : 'Give values in the same unit.'}`,
  );
}
