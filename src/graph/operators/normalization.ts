import { UserError } from '../../base/errors.js';
import {
  applyMany,
  checkConstantSize,
  constant,
  elementCount,
  formatShape,
  requireDType,
  staticShape,
  type Value,
} from '../value.js';
import { add, div, mul, reciprocal, sqrt, square, sub, withGradient } from './elementwise.js';
import { axesSize, mean, sum, variance } from './reduction.js';
import { broadcastLike, reshape } from './shape.js';

/** [channels] in a shape that broadcasts over [batch, channels, ...]. */
function alongChannels(values: Value, x: Value): Value {
  return reshape(values, [-1, ...x.shape.slice(2).map(() => 1)]);
}

/** Sums over all axes but the channels: [batch, channels, ...] to [channels]. */
function channelSums(x: Value): Value {
  const spatial = x.shape.map((_, axis) => axis).slice(2);
  return sum(sum(x, { axes: spatial }), { axes: [0] });
}

/** The parts of a batch's normalization. */
export interface NormalizedBatch {
  /** [batch, channels, ...] */
  readonly value: Value;
  /** The batch's own statistics, [channels]; the variance is divided by n. */
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * Batch normalization with the batch's statistics: (x − mean) / √(variance + ε) · weight + bias for
 * each channel (Ioffe and Szegedy 2015, algorithm 1), with the gradient of their section 3 in its
 * short form.
 * @param x [batch, channels, ...]
 * @param weight [channels]
 * @param bias [channels]
 */
export function batchNormalization(
  x: Value,
  weight: Value,
  bias: Value,
  epsilon: number,
): NormalizedBatch {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const share = div(1, axesSize(x, axes));
  const wide = (values: Value) => alongChannels(values, x);
  const mean = mul(channelSums(x), share);
  const centred = sub(x, wide(mean));
  const variance = mul(channelSums(square(centred)), share);
  const inverse = reciprocal(sqrt(add(variance, epsilon)));
  const scale = mul(inverse, weight);
  const y = add(mul(centred, wide(scale)), wide(bias));
  const value = withGradient(y, [x, weight, bias], (gradient) => {
    const dy = broadcastLike(gradient, y);
    const dBias = channelSums(dy);
    const product = channelSums(mul(dy, centred));
    const slope = mul(mul(product, square(inverse)), share);
    const dx = sub(sub(dy, wide(mul(dBias, share))), mul(centred, wide(slope)));
    return [mul(dx, wide(scale)), mul(product, inverse), dBias];
  });
  return { value, mean, variance };
}

/**
 * Batch normalization with given statistics.
 * @param x [batch, channels, ...]
 * @param statistics mean and variance, [channels]
 */
export function normalizeWith(
  x: Value,
  weight: Value,
  bias: Value,
  statistics: { readonly mean: Value; readonly variance: Value },
  epsilon: number,
): Value {
  const { mean, variance } = statistics;
  const scale = div(weight, sqrt(add(variance, epsilon)));
  const shift = sub(bias, mul(mean, scale));
  return add(mul(x, alongChannels(scale, x)), alongChannels(shift, x));
}

/**
 * Normalization of each example over its axes from `axis` on: (x − mean) / √(variance + ε) · weight
 * + bias (Ba et al. 2016, eq. 3 and 4).
 * @param weight of the shape of the normalized axes; ones when left out
 * @param bias likewise; zeros when left out
 * @throws UserError when a normalized axis is symbolic, or weight or bias is of another shape
 */
export function layerNormalization(
  x: Value,
  weight: Value | undefined,
  bias: Value | undefined,
  axis: number,
  epsilon: number,
): Value {
  const shape = staticShape(x.shape.slice(axis), 'layerNormalization');
  for (const each of [weight, bias]) {
    if (each && each.shape.join() !== shape.join()) {
      throw new UserError(
        `layerNormalization: weight and bias of ${formatShape(x.shape)} from axis ${axis} on are ${formatShape(shape)}, not ${formatShape(each.shape)}.`,
      );
    }
  }
  requireDType(x, 'floating-point values', 'layerNormalization');
  // The operator's ε and statistics are float32 numbers, whatever the dtype of x.
  if (x.dtype === 'float64') return normalizeRows(x, weight, bias, axis, epsilon);
  if (!weight) checkConstantSize(elementCount(shape));
  const ones = () => constant(new Float32Array(elementCount(shape)).fill(1), shape, x.dtype);
  const statistics = x.shape.map((size, each) => (each < axis ? size : 1));
  return applyMany(
    'LayerNormalization',
    bias ? [x, weight ?? ones(), bias] : [x, weight ?? ones()],
    [x, { dtype: 'float32', shape: statistics }, { dtype: 'float32', shape: statistics }],
    { axis, epsilon: { float: epsilon } },
    1,
  )[0]!;
}

/** `layerNormalization` by its equations. */
function normalizeRows(
  x: Value,
  weight: Value | undefined,
  bias: Value | undefined,
  axis: number,
  epsilon: number,
): Value {
  const over = { axes: x.shape.map((_, each) => each).slice(axis), keepDims: true };
  const normal = div(sub(x, mean(x, over)), sqrt(add(variance(x, over), epsilon)));
  const scaled = weight ? mul(normal, weight) : normal;
  return bias ? add(scaled, bias) : scaled;
}

/**
 * Normalization of each example over groups of channels, and over all of their pixels (Wu and He
 * 2018, eq. 7).
 * @param x [batch, channels, ...]
 * @param weight [channels]
 * @param bias [channels]
 * @throws UserError when the channels cannot be cut into so many equal groups
 */
export function groupNormalization(
  x: Value,
  groups: number,
  weight: Value,
  bias: Value,
  epsilon: number,
): Value {
  const [batch, channels] = x.shape;
  if (typeof channels !== 'number' || channels % groups !== 0) {
    throw new UserError(`${channels} channels cannot be cut into ${groups} groups.`);
  }
  const grouped = reshape(x, [batch!, groups, -1]);
  const normal = reshape(layerNormalization(grouped, undefined, undefined, 2, epsilon), x.shape);
  return add(mul(normal, alongChannels(weight, x)), alongChannels(bias, x));
}
