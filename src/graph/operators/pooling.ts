import { UserError } from '../../base/errors.js';
import {
  apply,
  applyMany,
  checkConstantSize,
  constant,
  type DType,
  formatShape,
  requireDType,
  type Value,
} from '../value.js';
import { spatialSize } from './convolution.js';
import { mul } from './elementwise.js';
import { matmul } from './matrix.js';
import { upsampleNearest } from './resize.js';
import { gatherElements, reshape, shapeOf } from './shape.js';

/** Which pixels are pooled together; pairs are [height, width]. */
export interface PoolWindow {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Pixels put around the image: [top, left, bottom, right], each less than the kernel. */
  readonly pads: readonly [number, number, number, number];
}

/** The shape that pooling leaves. @throws UserError when the window does not fit */
function pooledShape(x: Value, { kernel, strides, pads }: PoolWindow, what: string) {
  requireDType(x, 'floating-point values', what);
  const size = spatialSize(x, what);
  const [height, width] = ([0, 1] as const).map((axis) => {
    const padded = size[axis] + pads[axis] + pads[axis + 2]!;
    return Math.floor((padded - kernel[axis]) / strides[axis]) + 1;
  }) as [number, number];
  if (height < 1 || width < 1) {
    throw new UserError(
      `${what}: a window [${kernel.join(', ')}] does not fit into an image ${formatShape(x.shape)}. Use a smaller one.`,
    );
  }
  if (pads.some((count, side) => count >= kernel[side % 2]!)) {
    throw new UserError(
      `${what}: padding [${pads.join(', ')}] must be less than the window [${kernel.join(', ')}].`,
    );
  }
  return [x.shape[0]!, x.shape[1]!, height, width];
}

const attributesOf = ({ kernel, strides, pads }: PoolWindow) => ({
  kernel_shape: kernel,
  strides,
  pads,
});

/** The window that a pooling operation's attributes describe. */
export function poolWindowOf(attributes: Readonly<Record<string, unknown>>): PoolWindow {
  return {
    kernel: attributes.kernel_shape as [number, number],
    strides: attributes.strides as [number, number],
    pads: attributes.pads as [number, number, number, number],
  };
}

/**
 * The largest pixel of each window; padding counts as −∞. The gradient goes to the first of equals.
 * @param x [batch, channels, height, width]
 * @returns [batch, channels, height', width']
 * @throws UserError when the window does not fit
 */
export function maxPool2d(x: Value, window: PoolWindow): Value {
  const shape = pooledShape(x, window, 'maxPool2d');
  const outputs = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  return applyMany('MaxPool', [x], outputs, attributesOf(window), 1)[0]!;
}

/**
 * Puts each value where `maxPool2d` took one from; places taken more than once hold the sum.
 * @param places flat indices into `like`, int64 of the values' shape
 * @returns a value of the shape of `like`, zero elsewhere
 */
export function maxUnpool2d(values: Value, places: Value, like: Value, window: PoolWindow): Value {
  const inputs = [values, places, shapeOf(like)];
  return apply(
    'MaxUnpool',
    inputs,
    { dtype: values.dtype, shape: like.shape },
    attributesOf(window),
  );
}

/** The elements of x at flat indices, which `maxUnpool2d` puts back. */
export function takeFlat(x: Value, places: Value): Value {
  const taken = gatherElements(reshape(x, [-1]), reshape(places, [-1]), 0);
  return reshape(taken, places.shape);
}

/**
 * The mean of each window.
 * @param x [batch, channels, height, width]
 * @param countPadding whether padding counts as zeros; otherwise the mean is over the image's pixels
 * @returns [batch, channels, height', width']
 * @throws UserError when the window does not fit
 */
export function averagePool2d(x: Value, window: PoolWindow, countPadding = true): Value {
  const shape = pooledShape(x, window, 'averagePool2d');
  return apply(
    'AveragePool',
    [x],
    { dtype: x.dtype, shape },
    {
      ...attributesOf(window),
      count_include_pad: countPadding ? 1 : 0,
    },
  );
}

/**
 * Along one axis, the share of each pixel in each window's mean: [pooled, size], or its transpose.
 */
export function windowShares(
  axis: 0 | 1,
  size: number,
  pooled: number,
  { kernel, strides, pads }: PoolWindow,
  countPadding: boolean,
  dtype: DType,
  transposed: boolean,
): Value {
  checkConstantSize(pooled * size);
  const values = new Float64Array(pooled * size);
  for (let window = 0; window < pooled; window++) {
    const first = window * strides[axis] - pads[axis];
    const start = Math.max(0, first);
    const end = Math.min(size, first + kernel[axis]);
    for (let pixel = start; pixel < end; pixel++) {
      const at = transposed ? pixel * pooled + window : window * size + pixel;
      values[at] = 1 / (countPadding ? kernel[axis] : end - start);
    }
  }
  return constant(values, transposed ? [size, pooled] : [pooled, size], dtype);
}

/**
 * The adjoint of `averagePool2d`: each value shared among its window's pixels.
 * @param values [batch, channels, height', width']
 * @param like an image that was pooled, [batch, channels, height, width]
 */
export function averageUnpool2d(
  values: Value,
  like: Value,
  window: PoolWindow,
  countPadding: boolean,
): Value {
  const { kernel, strides, pads } = window;
  const size = spatialSize(like, 'averageUnpool2d');
  const pooled = spatialSize(values, 'averageUnpool2d');
  const tiles = ([0, 1] as const).every(
    (axis) => kernel[axis] === strides[axis] && pooled[axis] * kernel[axis] === size[axis],
  );
  if (tiles && pads.every((count) => count === 0)) {
    return upsampleNearest(mul(values, 1 / (kernel[0] * kernel[1])), kernel);
  }
  const along = (axis: 0 | 1, transposed: boolean) =>
    windowShares(axis, size[axis], pooled[axis], window, countPadding, values.dtype, transposed);
  return matmul(along(0, true), matmul(values, along(1, false)));
}
