import { UserError } from '../../data/errors.js';
import { add } from '../operators/index.js';
import { within } from '../origin.js';
import { constant, formatShape, isFloat, type Operation, Value } from '../value.js';
import { derivatives, whole } from './derivatives.js';

/**
 * The operations that the values are made from, each after all that it needs.
 * @param inputsOf what an operation needs; its inputs when left out
 */
export function operationsOf(
  values: readonly Value[],
  inputsOf: (operation: Operation) => Operation['inputs'] = ({ inputs }) => inputs,
): Operation[] {
  const order: Operation[] = [];
  const seen = new Set<Operation>();
  const waiting: { operation: Operation; inputs: Operation['inputs']; next: number }[] = [];
  const visit = (operation: Operation) => {
    if (seen.has(operation)) return;
    seen.add(operation);
    waiting.push({ operation, inputs: inputsOf(operation), next: 0 });
  };
  for (const value of values) {
    visit(value.operation);
    for (let top = waiting.at(-1); top; top = waiting.at(-1)) {
      if (top.next === top.inputs.length) {
        order.push(top.operation);
        waiting.pop();
      } else {
        const input = top.inputs[top.next++];
        if (input) visit(input.operation);
      }
    }
  }
  return order;
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
  const gradients = new Map<Operation, (Value | undefined)[]>();
  const accumulate = (value: Value, g: Value) => {
    const row = gradients.get(value.operation) ?? [];
    const sofar = row[value.index];
    row[value.index] = sofar ? add(sofar, g) : g;
    gradients.set(value.operation, row);
  };
  accumulate(target, constant(1, [], target.dtype));
  const sweep = (operation: Operation) => {
    const all = gradients.get(operation);
    if (!all || !between.has(operation)) return;
    const rule = derivatives[operation.type];
    if (!rule) {
      if (!isFloat(operation.outputs[0]!.dtype) || constantBetweenSteps.has(operation.type)) return;
      throw new UserError(
        `${operation.type} has no derivative. Use stopGradient() or withGradient() around it.`,
      );
    }
    const y = new Value(operation);
    rule(all[0] ?? constant(0, [], y.dtype), operation, y, all).forEach((g, i) => {
      const value = operation.inputs[i];
      if (g && value && needed.has(value.operation) && isFloat(value.dtype)) accumulate(value, g);
    });
  };
  for (const operation of order.reverse()) {
    within({ part: operation.origin?.part ?? '', phase: 'backward' }, () => sweep(operation));
  }
  return by.map((value) =>
    whole(gradients.get(value.operation)?.[value.index] ?? constant(0, [], value.dtype), value),
  );
}

/** Operators whose derivative is 0 wherever it exists. */
const constantBetweenSteps = new Set(['Floor', 'Ceil', 'Round', 'Sign', 'HardSigmoid']);
