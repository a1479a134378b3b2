import { reshape, type Shape, transpose, type Value } from '../../graph/index.js';

/** [batch, channels, ...positions] as rows [batch · positions, channels]. */
export function toRows(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const last = transpose(x, [0, ...axes.slice(2), 1]);
  return reshape(last, [-1, x.shape[1]!]);
}

/** Rows back in the shape [batch, channels, ...positions]. */
export function fromRows(rows: Value, shape: Shape): Value {
  const [batch, channels, ...positions] = shape;
  const order = [0, shape.length - 1, ...positions.map((_, i) => i + 1)];
  return transpose(reshape(rows, [batch!, ...positions, channels!]), order);
}
