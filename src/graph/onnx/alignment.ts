import { isFloat, type ValueType } from '../value.js';

/**
 * Tells whether the last bits of a tensor's numbers, or of numbers made of it, depend on where in
 * memory it begins, as the runtime's sums and functions of floats do. An entry of a longer tensor
 * begins anywhere, so such a tensor is copied.
 */
export function dependsOnAlignment({ dtype, shape }: ValueType): boolean {
  return isFloat(dtype) && shape.length > 0;
}
