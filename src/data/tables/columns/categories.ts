/** Number of categories kept with any number of rows, and the most that are kept. */
const [mostSure, mostCategories] = [50, 500];

/** The fewest rows of a further category that is learnt by itself. */
const fewestRows = 5;

/** Categories of a column, and rare ones, which share one place after them. */
export interface FoundCategories {
  readonly categories: readonly string[];
  readonly rare?: Readonly<Record<string, number>>;
}

/**
 * The categories of a column by the rows that hold each. The 50 with most rows are kept, and others with
 * 5 rows or more, up to 500 in all. The rest is rare.
 */
export function findCategories(counts: ReadonlyMap<string, number>): FoundCategories {
  const byRows = [...counts].sort(
    ([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || (a < b ? -1 : 1),
  );
  const isKept = ([, rows]: readonly [string, number], place: number) =>
    place < mostSure || (place < mostCategories && rows >= fewestRows);
  const rare = byRows.filter((each, place) => !isKept(each, place));
  return {
    categories: inOrder(byRows.filter(isKept).map(([word]) => word)),
    ...(rare.length > 0 ? { rare: Object.fromEntries(rare) } : {}),
  };
}

/** Words in their sorted order; numbers by size. */
export function inOrder(words: readonly string[]): string[] {
  const sorted = [...words].sort();
  if (sorted.every((word) => Number.isFinite(Number(word)))) {
    sorted.sort((a, b) => Number(a) - Number(b));
  }
  return sorted;
}

/** Words that everyone puts in one order, in small letters. */
const orders: readonly (readonly string[])[] = [
  ['very low', 'low', 'medium', 'high', 'very high'],
  ['low', 'mid', 'high'],
  ['low', 'moderate', 'high', 'severe'],
  ['small', 'medium', 'large', 'extra large'],
  ['xxs', 'xs', 's', 'm', 'l', 'xl', 'xxl', 'xxxl'],
  ['never', 'rarely', 'sometimes', 'often', 'always'],
  ['strongly disagree', 'disagree', 'neutral', 'agree', 'strongly agree'],
  ['poor', 'fair', 'good', 'very good', 'excellent'],
  ['fair', 'good', 'very good', 'premium', 'ideal'],
];

/** Words in the order that everyone puts them in; undefined where there is none, or they are two. */
export function knownOrder(words: readonly string[]): readonly string[] | undefined {
  const lower = words.map((word) => word.toLowerCase());
  if (words.length < 3 || new Set(lower).size < words.length) return undefined;
  const order = orders.find((each) => lower.every((word) => each.includes(word)));
  if (!order) return undefined;
  const place = (word: string) => order.indexOf(word.toLowerCase());
  return [...words].sort((a, b) => place(a) - place(b));
}
