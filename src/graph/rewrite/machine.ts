import { operatorType, type ProductPlan, planOf } from '../../runtime/machine/plan.js';
import { operationsOf } from '../order.js';
import { computedInputs, type Operation, sameShape, Value } from '../value.js';
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
  /** The plan of a product whose numbers nothing else uses. */
  const productOf = (value: Value): ProductPlan | undefined => {
    const { type, outputs, attributes } = value.operation;
    if (type !== 'Machine' || uses.get(outputs) !== 1) return undefined;
    const plan = planOf(attributes.plan as string);
    return plan.kind === 'product' || plan.kind === 'narrow' ? plan : undefined;
  };
  const planned = ({ operation }: Value, plan: ProductPlan, inputs = operation.inputs) => {
    return [new Value({ ...operation, inputs, attributes: { plan: operatorType(plan) } })];
  };
  return {
    Relu: ({ inputs: [x] }) => {
      const plan = productOf(x!);
      return plan && planned(x!, { ...plan, isRectified: true });
    },
    Mul: ({ inputs: [a, b] }) => {
      const masked = (x: Value, step: Value) => {
        const [plan, mask] = [productOf(x), steppedOf(step)];
        if (plan?.kind !== 'product' || plan.isMasked || !mask) return undefined;
        if (!sameShape(x.shape, mask.shape)) return undefined;
        return planned(x, { ...plan, isMasked: true }, [...x.operation.inputs, mask]);
      };
      return masked(a!, b!) ?? masked(b!, a!);
    },
  };
}
