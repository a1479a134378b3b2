import { UserError } from '../../../base/errors.js';
import { excerpt, listed, quote } from '../../../base/excerpt.js';
import { advice } from '../../../base/suggest.js';
import { isLearnt, type TableColumn } from '../../column.js';
import { type DateTools, dateTools, isoMoment, unitMilliseconds } from './dates.js';

/** A value as a table writes it, or as a program holds it. */
export type Wanted = string | number | boolean | Date;

/** The values that a column may have: one, one of several, or all from one to another. */
export type ColumnCondition =
  | Wanted
  | readonly Wanted[]
  | { readonly from?: Wanted | undefined; readonly to?: Wanted | undefined };

/** Conditions of rows, by the names of their columns: all must hold. */
export type RowConditions = Readonly<Record<string, ColumnCondition>>;

/** Tests the conditions on a row of encoded values that starts at a place of an array. */
export type RowTest = (values: Float32Array, start: number) => boolean;

type ValueTest = (value: number) => boolean;

const text = (wanted: Wanted) =>
  wanted instanceof Date ? wanted.toISOString() : String(wanted).trim();

/** The place of a word among a column's categories. @throws UserError when it is none of them */
function placeOf({ name, categories = [], rare = {} }: TableColumn, wanted: Wanted): number {
  const word = text(wanted);
  const isAlike = (each: string) =>
    each.toLowerCase() === word.toLowerCase() ||
    (word !== '' && each !== '' && Number(each) === Number(word));
  const exact = categories.indexOf(word);
  const place = exact >= 0 ? exact : categories.findIndex(isAlike);
  if (place >= 0) return place;
  const rest = Object.hasOwn(rare, word)
    ? 'It is one of its rare categories, which are learnt together.'
    : advice(word, categories);
  throw new UserError(`column ${quote(name)} has no category ${excerpt(word)}. ${rest}`);
}

/** A number as examples hold it: of dates, time since their origin. @throws UserError when it is none */
function numberOf({ name, kind, date }: TableColumn, wanted: Wanted, tools: DateTools): number {
  if (kind !== 'date' || !date) {
    const value = Number(text(wanted));
    if (text(wanted) !== '' && Number.isFinite(value)) return value;
    throw new UserError(
      `column ${quote(name)} holds numbers, and ${excerpt(text(wanted))} is none. Give a number.`,
    );
  }
  const exact = tools.parse(text(wanted), date.format);
  const moment = Number.isNaN(exact) ? isoMoment(text(wanted)) : exact;
  if (!Number.isNaN(moment)) return (moment - date.origin) / unitMilliseconds[date.unit];
  throw new UserError(
    `column ${quote(name)} holds dates, and ${excerpt(text(wanted))} is none as ${date.format}. Give such a date.`,
  );
}

/** Half a step between values as they are written. @throws UserError when there are no steps */
function halfStep({ name, kind, decimals }: TableColumn): number {
  if (kind !== 'continuous') return 0.5;
  if (decimals !== undefined) return 0.5 * 10 ** -decimals;
  throw new UserError(
    `column ${quote(name)} holds numbers of many digits, of which none is drawn twice. Give a range, with >= and <=.`,
  );
}

const isList = (condition: ColumnCondition): condition is readonly Wanted[] =>
  Array.isArray(condition);

const isRange = (
  condition: ColumnCondition,
): condition is Exclude<ColumnCondition, Wanted | readonly Wanted[]> =>
  typeof condition === 'object' && !isList(condition) && !(condition instanceof Date);

/** The test of a column of categories. */
function categoryTest(column: TableColumn, condition: ColumnCondition): ValueTest {
  const { name, kind, categories = [] } = column;
  if (!isRange(condition)) {
    const wanted = isList(condition) ? condition : [condition];
    const places = new Set(wanted.map((each) => placeOf(column, each)));
    return (value) => places.has(value);
  }
  const numbers = categories.map((word) => (word === '' ? Number.NaN : Number(word)));
  const areNumbers = numbers.every(Number.isFinite);
  if (kind !== 'ordinal' && !areNumbers) {
    throw new UserError(
      `column ${quote(name)} is ${kind}: its values have no order. Give values with =.`,
    );
  }
  const orderOf = (place: number) => (areNumbers ? numbers[place]! : place);
  const bound = (wanted: Wanted | undefined, none: number) => {
    if (wanted === undefined) return none;
    return areNumbers ? Number(text(wanted)) : placeOf(column, wanted);
  };
  const [from, to] = [bound(condition.from, -Infinity), bound(condition.to, Infinity)];
  return (value) => orderOf(value) >= from && orderOf(value) <= to;
}

/** The test of a column of numbers or dates. */
function numberTest(column: TableColumn, condition: ColumnCondition, tools: DateTools): ValueTest {
  const of = (wanted: Wanted) => numberOf(column, wanted, tools);
  if (!isRange(condition)) {
    const half = halfStep(column);
    const values = (isList(condition) ? condition : [condition]).map(of);
    return (value) => values.some((each) => Math.abs(value - each) <= half);
  }
  const from = condition.from === undefined ? -Infinity : of(condition.from);
  const to = condition.to === undefined ? Infinity : of(condition.to);
  return (value) => value >= from && value <= to;
}

/**
 * The test of rows, by their encoded values.
 * @param columns all columns of the table
 * @throws UserError when there is no such column, nothing is learnt of it, or it cannot have a value
 */
export async function rowTest(
  columns: readonly TableColumn[],
  conditions: RowConditions,
): Promise<RowTest> {
  const tools = await dateTools();
  const learnt = columns.filter(isLearnt);
  const names = learnt.map(({ name }) => name);
  const tests = Object.entries(conditions).map(([name, condition]) => {
    const place = names.indexOf(name);
    const column = learnt[place];
    if (!column) {
      const known = columns.find((each) => each.name === name);
      const why = known
        ? `Nothing is learnt of column ${quote(name)}, which is ${known.kind}. Leave it out.`
        : `There is no column ${quote(name)}. ${advice(name, names)}`;
      throw new UserError(why);
    }
    const test = column.categories
      ? categoryTest(column, condition)
      : numberTest(column, condition, tools);
    return { place, test };
  });
  return (values, start) => tests.every(({ place, test }) => test(values[start + place]!));
}

/** Operators between a column and its value. */
const operators = ['>=', '<=', '='] as const;

/** A condition as text: its column, its operator and its value. */
function partsOf(condition: string, names: readonly string[]) {
  for (let at = 0; at < condition.length; at++) {
    const operator = operators.find((each) => condition.startsWith(each, at));
    const name = condition.slice(0, at).trim();
    if (operator && names.includes(name)) {
      return { name, operator, value: condition.slice(at + operator.length).trim() };
    }
  }
  throw new UserError(
    `--where ${excerpt(condition)}: write a column, then = or >= or <=, then a value, as in 'age>=40'. Columns: ${listed(names.map(quote), 12)}.`,
  );
}

/**
 * Conditions that are written as text: `species=Adelie`, `island=Biscoe|Dream`, `age>=40`.
 * @throws UserError when one is not written so, or a column has two values
 */
export function parseConditions(
  texts: readonly string[],
  columns: readonly TableColumn[],
): RowConditions {
  const names = columns.map(({ name }) => name);
  const found: Record<string, ColumnCondition> = {};
  for (const each of texts) {
    const { name, operator, value } = partsOf(each, names);
    const before = found[name];
    if (operator === '=') {
      if (before !== undefined) {
        throw new UserError(
          `--where gives column ${quote(name)} twice. Write several values as ${name}=${value}|….`,
        );
      }
      const { categories = [] } = columns.find((column) => column.name === name)!;
      const isOne = categories.includes(value) || !value.includes('|');
      found[name] = isOne ? value : value.split('|');
      continue;
    }
    if (before !== undefined && !isRange(before)) {
      throw new UserError(`--where gives column ${quote(name)} twice. Give a value or a range.`);
    }
    found[name] = { ...before, [operator === '>=' ? 'from' : 'to']: value };
  }
  return found;
}
