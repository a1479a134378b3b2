import { UserError } from '../../../base/errors.js';
import { excerpt, listed, quote } from '../../../base/excerpt.js';
import type { CellType, ColumnKind, TableColumn } from '../../column.js';
import type { ColumnOptions } from '../../read-options.js';
import { isMissing } from '../numbers.js';
import type { ColumnFacts } from '../table.js';
import { findCategories, inOrder, knownOrder } from './categories.js';
import { type DateTools, findFormat, isoMoment, unitMilliseconds, unitOf } from './dates.js';
import { kindOfNumbers, kindOfTruths, kindOfWords } from './kinds.js';
import { type ColumnWords, columnFlag } from './words.js';

/** Most levels that numbers may be said to have. */
const mostLevels = 500;

/** Knowledge of a column, before it is described. */
export interface Known {
  readonly facts: ColumnFacts;
  readonly rows: number;
  /** Its words, where it is read as text. */
  readonly words: ColumnWords | undefined;
  readonly given: ColumnOptions | undefined;
  readonly path: string;
  readonly tools: DateTools;
}

/** A column, with a doubt where its owner may mean something else. */
export interface Described {
  readonly column: TableColumn;
  /** A line of doubt. */
  readonly doubt?: string | undefined;
}

function refuse({ path, facts }: Known, why: string, advice: string): UserError {
  return new UserError(`${path}: column ${excerpt(facts.name)} ${why}. ${advice}.`);
}

/** Describes a column by its cells and the user's options. @throws UserError when the two disagree */
export function describeColumn(known: Known): Described {
  const { facts, rows, words, given } = known;
  const found = words ? ofWords(known, words) : ofNumbers(known);
  const isWords = words !== undefined && found.column.kind !== 'date';
  const missing = (isWords ? words.missing : facts.missing) / rows;
  const likelihood = given?.likelihood;
  const column = { name: facts.name, ...found.column, missing, ...(likelihood && { likelihood }) };
  return { ...found, column };
}

type Found = Omit<Described, 'column'> & { readonly column: Omit<TableColumn, 'name' | 'missing'> };

function ofWords(known: Known, words: ColumnWords): Found {
  const { facts, given } = known;
  const values = [...words.counts.keys()];
  const type: CellType = facts.areDates ? 'date' : isNumeric(facts, values) ? 'number' : 'text';
  if (
    given?.kind === 'date' ||
    facts.areDates ||
    (given?.kind === undefined && values.length > 1)
  ) {
    const dates = values.filter((text) => !isMissing(text));
    const date = dates.length > 0 ? dateOf(known, dates, type) : undefined;
    if (date) return date;
  }
  const kind = given?.kind ?? (given?.categories ? 'categorical' : kindOfWords(facts.name, words));
  switch (kind) {
    case 'id':
      return { column: { kind, type, ...formOf(values) } };
    case 'constant':
      return constant(known, values, type);
    case 'binary':
    case 'categorical':
    case 'ordinal':
      return { column: { kind, type, ...categoriesOf(known, kind, words) } };
    default:
      throw refuse(known, `holds words, and so cannot be ${kind}`, 'Say another kind (--columns)');
  }
}

/** Tells whether all cells are numbers that a table of numbers would spell alike. */
function isNumeric({ kind }: ColumnFacts, values: readonly string[]): boolean {
  if (kind !== 'number') return false;
  return values.every((text) => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text));
}

function constant(known: Known, values: readonly string[], type: CellType): Found {
  if (values.length > 1) {
    throw refuse(known, `holds ${values.length} different values`, 'Say another kind (--columns)');
  }
  return { column: { kind: 'constant', type, categories: values } };
}

function categoriesOf(known: Known, kind: ColumnKind, { counts }: ColumnWords) {
  const { given } = known;
  const words = [...counts.keys()];
  if (given?.categories) {
    const others = words.filter((word) => !given.categories!.includes(word));
    if (others.length > 0) {
      const lacks = `holds ${listed(others.map(quote), 5)}, which categories lacks`;
      throw refuse(known, lacks, 'Add it');
    }
    return { categories: given.categories };
  }
  if (kind === 'binary' && words.length !== 2) {
    throw refuse(known, `holds ${words.length} different values, not 2`, 'Say categorical');
  }
  if (kind !== 'ordinal') return findCategories(counts);
  const order = knownOrder(words) ?? (words.every(isNumberText) ? inOrder(words) : undefined);
  if (order) return { categories: order };
  const example = `{ kind: 'ordinal', categories: ['low', 'mid', 'high'] }`;
  throw refuse(
    known,
    'holds words whose order is not known',
    `Give it in columns, as ${example} (${columnFlag(known.facts.name, "'ordinal:low|mid|high'")})`,
  );
}

const isNumberText = (text: string) => Number.isFinite(Number(text));

/** The description of dates; undefined where a column holds none. @throws UserError when the user says it does */
function dateOf(known: Known, values: readonly string[], type: CellType): Found | undefined {
  const { facts, given, tools } = known;
  if (facts.areDates) return ofMoments(values.map(isoMoment), undefined, type);
  if (given?.format !== undefined) {
    const bad = values.find((text) => Number.isNaN(tools.parse(text, given.format!)));
    if (bad !== undefined) {
      throw refuse(known, `holds ${excerpt(bad)}, which is not ${given.format}`, 'Correct format');
    }
    return ofMoments(
      values.map((text) => tools.parse(text, given.format!)),
      given.format,
      type,
    );
  }
  const found = findFormat(values, tools);
  if (!found) {
    if (given?.kind !== 'date') return undefined;
    throw refuse(
      known,
      `holds ${excerpt(values[0] ?? '')}, which is no date that is known`,
      `Give its format (${columnFlag(facts.name, 'date:DD/MM/YYYY')})`,
    );
  }
  const { format, other } = found;
  const dates = ofMoments(
    values.map((text) => tools.parse(text, format)),
    format,
    type,
  );
  if (other === undefined) return dates;
  const doubt = `column ${excerpt(facts.name)}: dates such as ${values[0]} are read as ${format}, though ${other} fits as well (${columnFlag(facts.name, `date:${other}`)} says otherwise)`;
  return { ...dates, doubt };
}

/** @param format as told by texts; ISO 8601 when left out */
function ofMoments(moments: readonly number[], format: string | undefined, type: CellType): Found {
  const unit = unitOf(moments);
  let [origin, last] = [Infinity, -Infinity];
  for (const moment of moments) {
    origin = Math.min(origin, moment);
    last = Math.max(last, moment);
  }
  const usual = unit === 'day' ? 'YYYY-MM-DD' : 'YYYY-MM-DDTHH:mm:ss[Z]';
  return {
    column: {
      kind: 'date',
      type,
      range: [0, (last - origin) / unitMilliseconds[unit]],
      date: { format: format ?? usual, origin, unit },
    },
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The form of ids that are all alike. */
function formOf(values: readonly string[]): Pick<TableColumn, 'form'> {
  if (values.every((text) => uuid.test(text))) return { form: 'uuid' };
  const parts = values.map((text) => /^(.*?)(\d+)$/.exec(text));
  const [, prefix = '', number = ''] = parts[0] ?? [];
  const areAlike = parts.every((part) => part?.[1] === prefix && part[2]!.length === number.length);
  return areAlike && number !== '' ? { form: { prefix, digits: number.length } } : {};
}

function ofNumbers(known: Known): Found {
  const { facts, rows, given } = known;
  if (facts.kind === 'empty') return { column: { kind: 'constant', type: 'text', categories: [] } };
  if (facts.kind === 'boolean') return ofTruths(known);
  const kind = given?.kind ?? kindOfNumbers(facts, rows - facts.missing);
  const range = [facts.least, facts.most] as const;
  const { decimals, spelling, numbers } = facts.profile!;
  const least = spelling?.leastDecimals ? { leastDecimals: spelling.leastDecimals } : {};
  switch (kind) {
    case 'id':
      return { column: { kind, type: 'number' } };
    case 'constant':
      return constant(known, [...(numbers?.keys() ?? [])].map(speller(facts)), 'number');
    case 'count':
      if (!facts.isWhole || facts.least < 0) {
        throw refuse(known, 'holds others than whole numbers from 0', 'Say continuous (--columns)');
      }
      return { column: { kind, type: 'number', range, ...least } };
    case 'ordinal':
    case 'binary': {
      const levels = [...(numbers?.keys() ?? [])].sort((a, b) => a - b).map(speller(facts));
      if (levels.length === 0 || levels.length > mostLevels) {
        throw refuse(known, 'holds too many different numbers for that', 'Say continuous');
      }
      if (kind === 'binary' && levels.length !== 2) {
        throw refuse(known, `holds ${levels.length} different values, not 2`, 'Say ordinal');
      }
      return { column: { kind, type: 'number', categories: levels } };
    }
    default:
      return {
        column: {
          kind: 'continuous',
          type: 'number',
          range,
          ...(decimals === undefined ? {} : { decimals }),
          ...least,
        },
      };
  }
}

/** Writes a number as the cells of its column do. */
function speller({ profile }: ColumnFacts): (value: number) => string {
  const least = profile!.spelling?.leastDecimals ?? 0;
  return (value) => {
    const text = String(value);
    return (text.split('.')[1]?.length ?? 0) < least ? value.toFixed(least) : text;
  };
}

function ofTruths(known: Known): Found {
  const { facts, given } = known;
  const kind = given?.kind ?? kindOfTruths(facts);
  const spelt = (truth: string) =>
    [...facts.profile!.truths]
      .filter(([text]) => text.toLowerCase() === truth)
      .sort(([, a], [, b]) => b - a)[0]?.[0];
  const words = [spelt('false'), spelt('true')].filter((word) => word !== undefined);
  if (kind === 'constant') return constant(known, words, 'boolean');
  if (kind === 'id') return { column: { kind, type: 'boolean' } };
  if (kind === 'continuous' || kind === 'count' || kind === 'date') {
    throw refuse(known, `holds true and false, and so cannot be ${kind}`, 'Say binary (--columns)');
  }
  const [first = 'false', second = 'true'] = words;
  return {
    column: { kind, type: 'boolean', categories: words.length === 2 ? [first, second] : words },
  };
}
