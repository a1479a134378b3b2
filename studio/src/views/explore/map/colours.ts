import { classColours } from '../../../../../src/report/style.js';

/** The colour of a class, the same as in the pictures of runs; of points without one, the first. */
export function classColour(label: number | undefined): string {
  return classColours[(label ?? 0) % classColours.length]!;
}
