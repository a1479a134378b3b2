import { formatNumber } from '../../../src/report/number.js';

/** A measured number for people, as in reports, with a true minus sign. */
export function numberText(value: number): string {
  // Sums of binary fractions, such as ticks of an axis, are off in their last digits.
  return formatNumber(Number(value.toPrecision(6))).replace(/-/g, '−');
}
