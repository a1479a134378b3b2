import { type GatherPlan, operatorType } from '../../runtime/machine/plan.js';
import { apply, type Value } from '../value.js';

/*
 * Convolutions as operators in machine code, with channels last. Programs have them only where the runtime that they are
 * for knows them: see `src/runtime/machine/`.
 */

/**
 * A convolution, or a transposed one.
 * @param x [batch, height, width, channels]
 * @param weight [taps, channels, filters]
 * @param bias [filters]
 * @returns [batch, height', width', filters]
 */
export function gatheredProduct(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  plan: GatherPlan,
): Value {
  const shape = [x.shape[0]!, ...plan.to, plan.filters];
  const inputs = bias ? [x, weight, bias] : [x, weight];
  const attributes = { plan: operatorType(plan) };
  return apply('GatheredProduct', inputs, { dtype: 'float32', shape }, attributes);
}

/**
 * A convolution's derivative by its weight.
 * @param x [batch, height, width, channels]
 * @param gradient of the output [batch, height', width', filters]
 * @returns [taps, channels, filters]
 */
export function gatheredGradient(x: Value, gradient: Value, plan: GatherPlan): Value {
  const shape = [plan.taps, plan.channels, plan.filters];
  const attributes = { plan: operatorType(plan) };
  return apply('GatheredGradient', [x, gradient], { dtype: 'float32', shape }, attributes);
}
