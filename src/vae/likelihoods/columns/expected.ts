import { categoryCount, type TableColumn } from '../../../data/column.js';
import { groupsOf } from './index.js';

/** The place of a column's expectation in the output of `expected`. */
export interface ExpectedPlace {
  readonly at: number;
  /** Number of categories that have a probability each; 1 for the mean of a number. */
  readonly width: number;
}

/** The place of each column's expectation. @param columns of an example's values */
export function expectedPlaces(columns: readonly TableColumn[]): readonly ExpectedPlace[] {
  const found: ExpectedPlace[] = [];
  let at = 0;
  for (const { likelihood, places, columns: own } of groupsOf(columns)) {
    for (const [i, place] of places.entries()) {
      const width = likelihood.probabilities ? categoryCount(own[i]!) : 1;
      found[place] = { at, width };
      at += width;
    }
  }
  return found;
}
