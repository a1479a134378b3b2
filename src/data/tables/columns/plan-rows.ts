import { UserError } from '../../../base/errors.js';
import { listed, quote } from '../../../base/excerpt.js';
import { isLearnt, type TableColumn } from '../../column.js';
import type { FormatOptions } from '../../formats/format.js';
import type { ReadingNote } from '../../notes.js';
import { isMissing } from '../numbers.js';
import { columnsText } from '../roles.js';
import type { ColumnFacts, Table } from '../table.js';
import { dateTools } from './dates.js';
import { findColumns } from './find-columns.js';
import { gapNotes } from './gaps.js';
import { labelOf } from './label.js';
import type { PlacedColumn, ReadColumn } from './placed-column.js';
import { readerOf } from './readers.js';
import type { ColumnWords } from './words.js';

/** Decisions on how rows become examples, column by column. */
export interface RowPlan {
  readonly columns: readonly ReadColumn[];
  /** The place of the column of labels. */
  readonly label: number | undefined;
  /** The number that fills the gaps of each value of an example; undefined where gaps stay. */
  readonly fills: readonly number[] | undefined;
  readonly notes: readonly ReadingNote[];
}

/** Decides by the cells of a table how its rows become examples. @throws UserError when they cannot */
export async function planRows(table: Table, options: FormatOptions): Promise<RowPlan> {
  const facts = await table.facts();
  if (facts.rows === 0) {
    throw new UserError(`${table.path}: there is no row in it. Give a table with rows.`);
  }
  const found = await findColumns(table, facts, options);
  const tools = await dateTools();
  const columns = found.columns.map(({ column, place }): ReadColumn => {
    if (!isLearnt(column)) return { column, place };
    const areWords = found.words.has(place);
    const source = { column, facts: facts.columns[place]!, areWords, path: table.path, tools };
    return { column, place, reader: readerOf(source) };
  });
  const isFilled = options.missing === 'mean';
  const fills = columns
    .filter(({ reader }) => reader)
    .map((each) => fillOf(each, facts.columns[each.place!]!, found.words.get(each.place!)));
  const settled = columns.map((each) => settledGaps(each, options));
  return {
    columns: settled,
    label: found.label,
    fills: isFilled ? fills : undefined,
    notes: [...table.notes, ...found.notes],
  };
}

/** A column whose gaps were filled or left out has none. */
function settledGaps(each: ReadColumn, { missing = 'keep' }: FormatOptions): ReadColumn {
  if (missing === 'keep' || !isLearnt(each.column)) return each;
  return { ...each, column: { ...each.column, missing: 0 } };
}

/**
 * Decides how rows become examples by columns that are known, in any order that the table has them.
 * @param labelName a column of labels that may be missing, as in a part to be judged
 * @throws UserError when one is missing or holds something else
 */
export async function planLike(
  table: Table,
  known: readonly TableColumn[],
  options: FormatOptions,
  labelName?: string,
): Promise<RowPlan> {
  const facts = await table.facts();
  const tools = await dateTools();
  const placeOf = ({ name }: TableColumn) => {
    const place = facts.columns.findIndex((each) => each.name === name);
    return place < 0 ? undefined : place;
  };
  const missing = known.filter(
    (column) => isLearnt(column) && column.name !== labelName && placeOf(column) === undefined,
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => quote(name));
    throw new UserError(
      `${table.path} lacks ${names.length === 1 ? 'the column' : 'the columns'} ${listed(names)} that the model was trained on; it has ${listed(
        facts.columns.map(({ name }) => quote(name)),
        8,
      )}. Give data with the same columns; cells may be empty.`,
    );
  }
  const columns = known.map((column): ReadColumn => {
    const place = placeOf(column);
    if (place === undefined || !isLearnt(column)) return { column, place };
    const source = {
      column,
      facts: facts.columns[place]!,
      areWords: false,
      path: table.path,
      tools,
    };
    return { column, place, reader: readerOf(source) };
  });
  const placed = columns.filter(
    (each): each is PlacedColumn & ReadColumn => each.place !== undefined,
  );
  const others = facts.columns.filter(({ name }) => !known.some((each) => each.name === name));
  // Labels that are asked for may be in a column that nothing was learnt from.
  const named = facts.columns.findIndex(({ name }) => name === options.label);
  const isHere = placed.some(({ column }) => column.name === labelName);
  const asked = options.label ?? (isHere ? labelName : undefined);
  const label = named >= 0 ? named : labelOf(placed, table.path, { label: asked })?.place;
  const fills = columns
    .filter(({ column }) => isLearnt(column))
    .map((each) =>
      each.place === undefined ? Number.NaN : fillOf(each, facts.columns[each.place]!, undefined),
    );
  return {
    columns,
    label,
    fills: options.missing === 'mean' ? fills : undefined,
    notes: [
      ...table.notes,
      ...gapNotes(placed, facts, table.path, options),
      ...leftOut(others.map(({ name }) => name).filter((name) => name !== options.label)),
    ],
  };
}

function leftOut(names: readonly string[]): ReadingNote[] {
  if (names.length === 0) return [];
  return [{ about: 'left out', text: `${columnsText(names)} left out: not learnt from` }];
}

/** The number that fills the gaps of a column: its mean, or the value of most rows. */
function fillOf(
  { column, reader }: ReadColumn,
  facts: ColumnFacts,
  words: ColumnWords | undefined,
): number {
  if (facts.kind === 'empty') return Number.NaN;
  if (column.kind === 'continuous') return facts.mean;
  if (column.kind === 'count') return Math.round(facts.mean);
  const { profile } = facts;
  if (reader!.reads === 'number') {
    const truths = [...(profile?.truths ?? [])].map(
      ([text, count]) => [text.toLowerCase() === 'true' ? 1 : 0, count] as const,
    );
    const most = mostFrequent([...(profile?.numbers ?? []), ...truths]);
    return (most === undefined ? undefined : reader!.valueOf(most)) ?? Number.NaN;
  }
  const counts = [...(words?.counts ?? profile?.words ?? [])];
  const read = reader!.valueOf;
  if (column.kind !== 'date') {
    const most = mostFrequent(counts);
    return (most === undefined ? undefined : read(most)) ?? Number.NaN;
  }
  let [sum, rows] = [0, 0];
  for (const [text, count] of counts) {
    if (isMissing(text)) continue;
    sum += read(text)! * count;
    rows += count;
  }
  return rows === 0 ? Number.NaN : Math.round(sum / rows);
}

function mostFrequent<T>(counts: readonly (readonly [T, number])[]): T | undefined {
  return counts.reduce<readonly [T, number] | undefined>(
    (best, each) => (best && best[1] >= each[1] ? best : each),
    undefined,
  )?.[0];
}
