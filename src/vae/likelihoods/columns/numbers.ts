import {
  add,
  cast,
  greater,
  less,
  maximum,
  minimum,
  type Operand,
  split,
  squeeze,
  type Value,
  where,
  withGradient,
} from '../../../graph/index.js';
import type { ColumnGroup } from './column-likelihood.js';
import { logSpreadOf } from './spread.js';

/** Limits of the decoder's numbers, by the quantity that they move. */
export const reaches = {
  /** A logarithm of a count's mean, from the column's: a factor of 5 · 10⁸. */
  logMean: 20,
  /** A logarithm, from the mean of the column's, in their deviations. */
  logNormal: 50,
  /** A location, from the column's, in its spreads. */
  studentT: 1e6,
  /** The logit of the zeros, from the column's. */
  zeroLogit: 30,
};

/** The largest logarithm of a value: float32 numbers end there. */
export const mostLog = 88;

/** x in float64, where logarithms of densities are differences of large numbers. */
export const double = (x: Value) => cast(x, 'float64');

export const single = (x: Value) => cast(x, 'float32');

/** The decoder's k numbers of each value, [batch, n, k], apart: k times [batch, n] in float64. */
export function numbersOf(parameters: Value): Value[] {
  const k = parameters.shape[2] as number;
  const parts = split(parameters, new Array<number>(k).fill(1), 2);
  return parts.map((each) => double(squeeze(each, [2])));
}

/** A statistic of the columns, [n], in float64. */
export const statisticOf = (group: ColumnGroup, name: string) => double(group.statistic(name));

/** A statistic of the columns, [n]; training adds a number to each column's, such as `logFreedomShift`. */
export function moved(group: ColumnGroup, name: string): Value {
  return add(statisticOf(group, name), double(group.parameter(`${name}Shift`, [], 'zeros')));
}

/** Distance that a trained logarithm may go from where it began. */
const trainedReach = 20;

/** The logarithm of a trained spread of the columns, [n], by the statistics `deviation` and `ratio`. */
export function trainedLogSpread(group: ColumnGroup): Value {
  const trained = double(group.parameter('logSpread', [], 'zeros'));
  const deviation = statisticOf(group, 'deviation');
  return logSpreadOf(
    held(trained, -trainedReach, trainedReach),
    deviation,
    statisticOf(group, 'ratio'),
  );
}

/** x held between two bounds. Outside of them it has the gradient of the bound, where that leads back. */
export function held(x: Value, low: Operand, high: Operand): Value {
  return withGradient(minimum(maximum(x, low), high), [x], (gradient) => [
    where(
      less(x, low),
      minimum(gradient, 0),
      where(greater(x, high), maximum(gradient, 0), gradient),
    ),
  ]);
}

/** Takes at most `most` of the values, evenly spaced: enough for statistics that take many passes. */
export function someOf(values: Float32Array, most = 20_000): Float32Array {
  if (values.length <= most) return values;
  return Float32Array.from(
    { length: most },
    (_, i) => values[Math.floor((i * values.length) / most)]!,
  );
}
