import { type GatherPlan, operatorType, planOf } from '../../runtime/machine/plan.js';
import { computedInputs, type Operation, sameShape, Value } from '../value.js';
import { operationsOf } from '../order.js';
import type { Rules } from './rewrite.js';

/** Counts uses of operations by their outputs' types, which stay the same object where inputs are replaced. */
function usesOf(values: readonly Value[]): ReadonlyMap<Operation['outputs'], number> {
  const uses = new Map<Operation['outputs'], number>();
  const used = [...values, ...operationsOf(values).flatMap(computedInputs)];
  for (const value of used) {
    if (!value) continue;
    const { outputs } = value.operation;
    uses.set(outputs, (uses.get(outputs) ?? 0) + 1);
  }
  return uses;
}

/** The numbers of which a value has 1 where they are above 0, and else 0. */
function steppedOf({ operation: { type, inputs } }: Value): Value | undefined {
  return type === 'HardSigmoid' ? inputs[0] : undefined;
}

/**
 * Has products in machine code make what follows from their numbers alone, before they write them: the larger one of a
 * number and 0, and the product with that function's derivative.
 */
export function machineRules(values: readonly Value[]): Rules {
  const uses = usesOf(values);
  /** The product whose numbers nothing else uses. */
  const productOf = (value: Value | undefined): Operation | undefined => {
    const operation = value?.operation;
    const isOwn = operation?.type === 'GatheredProduct' && uses.get(operation.outputs) === 1;
    return isOwn ? operation : undefined;
  };
  const planned = (operation: Operation, change: Partial<GatherPlan>, inputs = operation.inputs) => {
    const plan = operatorType({ ...planOf(operation.attributes.plan as string), ...change });
    return [new Value({ ...operation, inputs, attributes: { plan } })];
  };
  return {
    Relu: ({ inputs: [x] }) => {
      const product = productOf(x);
      return product && planned(product, { isRectified: true });
    },
    Mul: ({ inputs: [a, b] }) => {
      const masked = (x: Value, step: Value) => {
        const [product, mask] = [productOf(x), steppedOf(step)];
        if (!product || !mask || !sameShape(x.shape, mask.shape)) return undefined;
        return planned(product, { isMasked: true }, [...product.inputs, mask]);
      };
      return masked(a!, b!) ?? masked(b!, a!);
    },
  };
}
