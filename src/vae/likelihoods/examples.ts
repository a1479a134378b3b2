import { sum, unsqueeze, type Value } from '../../graph/index.js';

const innerAxes = (x: Value) => x.shape.map((_, axis) => axis).slice(1);

/** The sum over each example: [batch, ...] becomes [batch]. */
export function sumOfExample(x: Value): Value {
  return sum(x, { axes: innerAxes(x) });
}

/** The gradient of `sumOfExample(x)`, [batch] or a scalar, so that it broadcasts to x. */
export function spreadGradient(gradient: Value, x: Value): Value {
  return gradient.shape.length === 0 ? gradient : unsqueeze(gradient, innerAxes(x));
}

/** Counts the values of an example, for static shapes. */
export function valuesOfExample(x: Value): number {
  return (x.shape.slice(1) as number[]).reduce((a, b) => a * b, 1);
}
