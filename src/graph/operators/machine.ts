import {
  type GradientPlan,
  imageShape,
  type MachinePlan,
  operatorType,
  type ProductPlan,
} from '../../runtime/machine/plan.js';
import { apply, type Dimension, type Value } from '../value.js';

/*
 * Operators in machine code. Programs have them only where the runtime that they are for knows them: see
 * `src/runtime/machine/`.
 */

const machine = (inputs: readonly Value[], shape: readonly Dimension[], plan: MachinePlan) =>
  apply('Machine', inputs, { dtype: 'float32', shape }, { plan: operatorType(plan) });

/**
 * A convolution, or a transposed one.
 * @param x [batch, height, width, channels]
 * @param weight as the plan's kind has it
 * @param bias [filters]
 * @returns [batch, height', width', filters], or [batch, 1, height', width'] of one filter
 */
export function gatheredProduct(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  plan: ProductPlan,
): Value {
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return machine(inputs, [x.shape[0]!, ...imageShape(plan)], plan);
}

/**
 * A convolution's derivative by its weight.
 * @param x [batch, height, width, channels]
 * @param gradient of the output [batch, height', width', filters]
 * @returns [taps, channels, filters]
 */
export function gatheredGradient(x: Value, gradient: Value, plan: GradientPlan): Value {
  return machine([x, gradient], [plan.taps, plan.channels, plan.filters], plan);
}

/** A tensor of three axes with its axes in another order. */
export function permuted(x: Value, order: readonly [number, number, number]): Value {
  const sizes = x.shape as readonly number[];
  const shape = order.map((axis) => sizes[axis]!);
  return machine([x], shape, { kind: 'permutation', sizes, order });
}
