import { UserError } from '../../base/errors.js';
import {
  apply,
  checkConstantSize,
  constant,
  type DType,
  requireDType,
  type Value,
} from '../value.js';
import { spatialSize } from './convolution.js';
import { matmul } from './matrix.js';

type Scale = readonly [height: number, width: number];

function checkScale(scale: Scale, what: string): void {
  if (!scale.every((factor) => Number.isInteger(factor) && factor >= 1)) {
    throw new UserError(`${what} takes whole factors from 1, not [${scale.join(', ')}].`);
  }
}

/**
 * Each pixel repeated.
 * @param x [batch, channels, height, width]
 * @param scale whole factors of height and width
 * @throws UserError when the scale is not whole
 */
export function upsampleNearest(x: Value, scale: Scale): Value {
  const size = spatialSize(x, 'upsampleNearest');
  requireDType(x, 'floating-point values', 'upsampleNearest');
  checkScale(scale, 'upsampleNearest');
  const [batch, channels] = x.shape;
  return apply(
    'Resize',
    [x, undefined, constant([1, 1, ...scale])],
    { dtype: x.dtype, shape: [batch!, channels!, size[0] * scale[0], size[1] * scale[1]] },
    {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
  );
}

/** The weights of `size` pixels in each of `size · factor`: [size · factor, size] or transposed. */
function interpolation(size: number, factor: number, dtype: DType, transposed: boolean): Value {
  const outputs = size * factor;
  checkConstantSize(outputs * size);
  const values = new Float64Array(outputs * size);
  for (let output = 0; output < outputs; output++) {
    const place = Math.max(0, (output + 0.5) / factor - 0.5);
    const left = Math.floor(place);
    const right = Math.min(left + 1, size - 1);
    const at = (pixel: number) => (transposed ? pixel * outputs + output : output * size + pixel);
    values[at(left)]! += 1 - (place - left);
    values[at(right)]! += place - left;
  }
  return constant(values, transposed ? [size, outputs] : [outputs, size], dtype);
}

/**
 * Bilinear interpolation between the centres of pixels, as PyTorch's `align_corners=False`: a
 * product with the weights of rows and one with the weights of columns.
 * @param x [batch, channels, height, width]
 * @param scale whole factors of height and width
 * @throws UserError when the scale is not whole
 */
export function upsampleBilinear(x: Value, scale: Scale): Value {
  const [height, width] = spatialSize(x, 'upsampleBilinear');
  requireDType(x, 'floating-point values', 'upsampleBilinear');
  checkScale(scale, 'upsampleBilinear');
  const wide = scale[1] === 1 ? x : matmul(x, interpolation(width, scale[1], x.dtype, true));
  return scale[0] === 1 ? wide : matmul(interpolation(height, scale[0], x.dtype, false), wide);
}
