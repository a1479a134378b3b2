/** The place of a column's value that is nearest to `at`, for columns that have none at every x. */
export function nearestPlace(
  x: ArrayLike<number>,
  column: ArrayLike<number | null | undefined>,
  place: number,
  at: number,
): number {
  const from = (start: number, step: 1 | -1) => {
    let i = start;
    while (i >= 0 && i < x.length && column[i] == null) i += step;
    return i >= 0 && i < x.length ? i : undefined;
  };
  const [before, after] = [from(place, -1), from(place, 1)];
  if (before === undefined || after === undefined) return before ?? after ?? place;
  return at - x[before]! <= x[after]! - at ? before : after;
}
