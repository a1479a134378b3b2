import { booleanOf, type Decimal, isMissing, isNumberText } from './numbers.js';

/** The names of a table's columns, and where they are from. */
export interface Header {
  readonly names: readonly string[];
  /** Tells whether the first row is the names. */
  readonly isFirstRow: boolean;
  /** Tells whether it could as well be the other way round. */
  readonly isDoubtful: boolean;
}

type Row = readonly string[];

/**
 * The names of columns: the first row's, when it differs in kind from the rows below.
 * @param rows the first rows of the table
 * @param given whether the user says that there are names
 * @param commentNames names that a comment before the table gives
 */
export function findHeader(
  rows: readonly Row[],
  decimal: Decimal,
  given: 'yes' | 'no' | undefined,
  commentNames?: readonly string[],
): Header {
  const [first = [], ...rest] = rows;
  const { isHeader, isDoubtful } =
    given === undefined
      ? judge(first, rest, decimal)
      : { isHeader: given === 'yes', isDoubtful: false };
  if (!isHeader) {
    const count = rows.length > 1 ? rest[0]!.length : first.length;
    const names = commentNames ?? Array.from({ length: count }, (_, place) => String(place + 1));
    return { names, isFirstRow: false, isDoubtful };
  }
  const names = [...first];
  const width = rest[0]?.length ?? names.length;
  // R writes the names of rows before the others, and no name for them.
  const isTrailing = rest.every((row) => row.at(-1) === '');
  if (width === names.length + 1) {
    if (isTrailing) names.push('');
    else names.unshift('');
  }
  return { names: unique(names), isFirstRow: true, isDoubtful };
}

/** Each name once: a second `x` becomes `x.1`, as pandas calls it. */
function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const all = new Set(names);
  return names.map((name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    if (count === 0 || name === '') return name;
    let number = count;
    while (all.has(`${name}.${number}`)) number++;
    all.add(`${name}.${number}`);
    return `${name}.${number}`;
  });
}

/** Numbers in a cell, as lists of pixels have them. */
const numberList = /^\[?[\d\s.,e+-]{5,}/i;

function judge(first: Row, rest: readonly Row[], decimal: Decimal) {
  const isNumber = (cell: string) => isNumberText(cell, decimal);
  const isWord = (cell: string) => !isMissing(cell) && !isNumber(cell);
  const isValue = (cell: string) =>
    isNumber(cell) || booleanOf(cell) !== undefined || numberList.test(cell);
  const yes = { isHeader: true, isDoubtful: false };
  const no = { isHeader: false, isDoubtful: false };
  if (rest.length === 0) return first.some(isWord) && !first.some(isNumber) ? yes : no;
  // A row of words over one that R gave a name to.
  const shift = rest[0]!.length === first.length + 1 && first.every((cell) => cell !== '') ? 1 : 0;
  const isOverNumbers = (place: number) => {
    const known = rest.flatMap((row) => {
      const cell = row[place + shift] ?? '';
      return isMissing(cell) ? [] : [cell];
    });
    return known.length === 0 ? shift > 0 : known.filter(isValue).length > known.length / 2;
  };
  if (first.some((cell, place) => isWord(cell) && !isValue(cell) && isOverNumbers(place))) {
    return yes;
  }
  if (first.some(isWord) && first.every((cell) => !isNumber(cell)) && isOfItsOwn(first, rest)) {
    return yes;
  }
  return judgeNumbers(first, rest, isNumber) ?? no;
}

/** Tells whether no cell of the first row is found again below it, and none is empty or there twice. */
function isOfItsOwn(first: Row, rest: readonly Row[]): boolean {
  return (
    new Set(first).size === first.length &&
    first.every((cell, place) => cell !== '' && rest.every((row) => row[place] !== cell))
  );
}

/** A first row of numbers that count, as pandas and R name columns without names. */
function judgeNumbers(first: Row, rest: readonly Row[], isNumber: (cell: string) => boolean) {
  const isIndexed = first[0] === '' && first.length > 1 && rest.every((row) => row[0] !== '');
  const cells = isIndexed ? first.slice(1) : first;
  const counts = cells.map((cell) => (/^\d+$/.test(cell) ? Number(cell) : Number.NaN));
  const numbers = counts.filter((count) => !Number.isNaN(count));
  const isRun = numbers.every((count, i) => i === 0 || count === numbers[i - 1]! + 1);
  if (!isRun || numbers.length < 2 || numbers.length < cells.filter(isNumber).length) {
    const isNamed = isIndexed && cells.every((cell) => !isMissing(cell) && !isNumber(cell));
    return isNamed ? { isHeader: true, isDoubtful: false } : undefined;
  }
  const places = counts.flatMap((count, i) =>
    Number.isNaN(count) ? [] : [i + (isIndexed ? 1 : 0)],
  );
  const below = rest.flatMap((row) => places.map((place) => row[place] ?? ''));
  const fractions = below.filter((cell) => /[.,]\d/.test(cell) && isNumber(cell)).length;
  const isFractions = fractions > below.length / 2;
  if (isIndexed && (numbers[0] === 0 || numbers.length >= 4)) {
    return { isHeader: true, isDoubtful: false };
  }
  if (isFractions) return { isHeader: true, isDoubtful: numbers[0] !== 0 };
  // Whole numbers below: a row of many that count from 0 is hardly one of the values.
  const goesOn = Number(rest[0]?.[places[0]!]) === numbers.at(-1)! + 1;
  const isHeader = numbers[0] === 0 && numbers.length >= 4 && !goesOn;
  return { isHeader, isDoubtful: numbers[0] === 0 };
}
