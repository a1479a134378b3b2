import { UserError } from '../../base/errors.js';
import { add, broadcastLike } from '../operators/index.js';
import { operationsOf } from '../order.js';
import { within } from '../origin.js';
import { constant, formatShape, isFloat, type Operation, Value } from '../value.js';
import { type Derivative, derivatives } from './derivatives/index.js';

/** Operators whose derivative is 0 wherever it exists. */
const constantBetweenSteps = new Set(['Floor', 'Ceil', 'Round', 'Sign', 'HardSigmoid']);

/**
 * The row of an operator; undefined where no gradient passes it.
 * @throws UserError when the operator has no derivative
 */
function derivativeOf({ type, outputs }: Operation): Derivative | undefined {
  const derivative = derivatives[type];
  if (derivative || !isFloat(outputs[0]!.dtype) || constantBetweenSteps.has(type)) {
    return derivative;
  }
  throw new UserError(`${type} has no derivative. Use stopGradient() or withGradient() around it.`);
}

/**
 * The gradients of a scalar with respect to values of its program, by reverse-mode differentiation
 * (Griewank and Walther, "Evaluating Derivatives", 2008, chapter 3).
 * @param target a floating-point scalar
 * @returns a value of the same shape for each of `by`; zeros where the target does not depend on it
 * @throws UserError when the target is not a scalar, or an operator on the way has no derivative
 */
export function gradient(target: Value, by: readonly Value[]): Value[] {
  if (target.shape.length !== 0 || !isFloat(target.dtype)) {
    throw new UserError(
      `gradient takes a floating-point scalar, not ${target.dtype} ${formatShape(target.shape)}. Use sum() or mean() first.`,
    );
  }
  const order = operationsOf([target]);
  const needed = new Set(by.map((value) => value.operation));
  /** The operations that a gradient passes through on its way to a needed one. */
  const between = new Set<Operation>();
  for (const operation of order) {
    if (operation.inputs.some((input) => input && needed.has(input.operation))) {
      needed.add(operation);
      between.add(operation);
    }
  }
  /** The gradient of each output of an operation, as far as it is summed up. */
  const gradients = new Map<Operation, (Value | undefined)[]>();
  const accumulate = (value: Value, g: Value) => {
    const ofOutputs = gradients.get(value.operation) ?? [];
    const sum = ofOutputs[value.index];
    ofOutputs[value.index] = sum ? add(sum, g) : g;
    gradients.set(value.operation, ofOutputs);
  };
  accumulate(target, constant(1, [], target.dtype));
  const propagate = (operation: Operation) => {
    const ofOutputs = gradients.get(operation);
    if (!ofOutputs || !between.has(operation)) return;
    const derivative = derivativeOf(operation);
    if (!derivative) return;
    const y = new Value(operation);
    const first = ofOutputs[0] ?? constant(0, [], y.dtype);
    derivative(first, operation, y, ofOutputs).forEach((g, i) => {
      const value = operation.inputs[i];
      if (g && value && needed.has(value.operation) && isFloat(value.dtype)) accumulate(value, g);
    });
  };
  for (const operation of order.reverse()) {
    within({ part: operation.origin?.part ?? '', phase: 'backward' }, () => propagate(operation));
  }
  return by.map((value) =>
    broadcastLike(
      gradients.get(value.operation)?.[value.index] ?? constant(0, [], value.dtype),
      value,
    ),
  );
}
