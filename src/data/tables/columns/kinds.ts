import type { ColumnKind } from '../../column.js';
import { isNamingName, isNumberingName, isSurelyIndex } from '../roles.js';
import type { ColumnFacts } from '../table.js';
import { knownOrder } from './categories.js';
import { areCounts } from './counts.js';
import type { ColumnWords } from './words.js';

/** Most levels of an ordinal column, and rows that each has at least, on average. */
const [mostLevels, levelRows] = [20, 5];

/** The fewest different words that name rows, where the column's name does not say so. */
const namedRows = 20;

/** The share of words that come once, at least, where words name rows. */
const namingShare = 0.9;

/** The kind of a column of words. */
export function kindOfWords(name: string, words: ColumnWords): ColumnKind {
  const different = words.counts.size;
  if (different <= 1) return 'constant';
  if (different === 2) return 'binary';
  const isNaming = words.newShare === 1 && isNamingName(name);
  const isText = words.newShare >= namingShare && different >= namedRows;
  if (isNaming || isText || !words.areAll) return 'id';
  return knownOrder([...words.counts.keys()]) ? 'ordinal' : 'categorical';
}

/** Tells whether all numbers are whole, or all are halves. */
function areSteps(numbers: ReadonlyMap<number, number>): boolean {
  return [...numbers.keys()].every((each) => Number.isInteger(each * 2));
}

/** Tells whether numbers number the rows. */
function areIds(facts: ColumnFacts): boolean {
  const { name, isIndex, isCounting, isWhole, profile } = facts;
  if (isIndex || (isSurelyIndex(name) && isWhole)) return true;
  if (!isNumberingName(name)) return false;
  return isCounting || (isWhole && profile!.areDistinct);
}

/**
 * The kind of a column of numbers.
 * @param known rows that hold a number
 */
export function kindOfNumbers(facts: ColumnFacts, known: number): ColumnKind {
  const { isWhole, least, most, profile } = facts;
  const numbers = profile!.numbers;
  if (least === most) return 'constant';
  if (known > 1 && areIds(facts)) return 'id';
  if (!numbers) return 'continuous';
  const isOfFew = known >= numbers.size * levelRows;
  const areTruths = numbers.size === 2 && least === 0 && most === 1;
  if (areTruths && known > 2) return 'binary';
  if (numbers.size === 2 && isOfFew) return 'binary';
  if (numbers.size <= mostLevels) return isOfFew && areSteps(numbers) ? 'ordinal' : 'continuous';
  const isCount = isWhole && (least === 0 || least === 1) && areCounts(numbers, most);
  return isCount ? 'count' : 'continuous';
}

/** The kind of a column of true and false. */
export function kindOfTruths({ profile }: ColumnFacts): ColumnKind {
  const truths = new Set([...profile!.truths.keys()].map((each) => each.toLowerCase()));
  return truths.size === 1 ? 'constant' : 'binary';
}
