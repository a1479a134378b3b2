/** Letters as in English dictionaries, numbers by their size, and the same on every system. */
const collator = new Intl.Collator('en', { numeric: true });

/**
 * The natural order of names: `2.png` before `10.png`. Names that it takes for equal are ordered by
 * their UTF-16 code units.
 */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** The natural order of paths, folder by folder. @param a the parts of a path */
export function naturallyByPart(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] === b[i]) continue;
    const order = naturally(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
