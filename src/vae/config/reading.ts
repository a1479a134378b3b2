import type { TableColumn } from '../../data/column.js';
import { isSequenceLayout, type LikeOptions, type ReadOptions } from '../../data/read-options.js';

/** A model as a config has it, or some of its settings. */
type ModelData = Readonly<Record<string, unknown>>;

/** The columns of the table that a model is about, if it is about one. */
function columnsOf({ example }: ModelData): readonly TableColumn[] | undefined {
  return (example as { columns?: readonly TableColumn[] } | undefined)?.columns;
}

/** Tells whether settings of a model say how its examples look, so that they are no columns of all kinds. */
function isOfNumbers({ likelihood, decoder, input, example }: ModelData): boolean {
  const { type = likelihood } = (likelihood ?? {}) as { type?: unknown };
  return (
    (type !== undefined && typeof type === 'string' && type !== 'table') ||
    [decoder, input, example].some((each) => each !== undefined)
  );
}

/**
 * Decides how data is read for a model: by the columns that the model knows; else a table is read column by
 * column, unless a setting of the model asks for plain numbers.
 * @param models settings of the model, each over the ones before
 */
export function readingFor(
  reading: ReadOptions,
  ...models: readonly (ModelData | undefined)[]
): ReadOptions & LikeOptions {
  const given = models.filter((model) => model !== undefined);
  const like = given.map(columnsOf).findLast((columns) => columns !== undefined);
  if (like) return { ...reading, rows: 'table', like };
  if (given.some(isOfNumbers) || isSequenceLayout(reading.layout)) return reading;
  return { rows: 'auto', ...reading };
}

/**
 * Decides how data is read for a preset: as sequences for the preset of sequences, where no layout
 * is given.
 */
export function readingOfPreset(reading: ReadOptions, preset: string | undefined): ReadOptions {
  const isOpen = preset === 'sequence' && reading.layout === undefined;
  return isOpen ? { ...reading, layout: 'sequences' } : reading;
}
