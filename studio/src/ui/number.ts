import { formatNumber } from '../../../src/report/number.js';

/** A round number beside an axis. */
export const tickText = (value: number): string =>
  String(Number(value.toPrecision(6))).replace('-', '−');

/** A measured number for people, as in reports, with a true minus sign. */
export function numberText(value: number): string {
  // Sums of binary fractions, such as ticks of an axis, are off in their last digits.
  return formatNumber(Number(value.toPrecision(6))).replace(/-/g, '−');
}

/** The unit of information after a number; the space before it breaks no line. */
export const nats = '\u00a0nats';
