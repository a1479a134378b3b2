import type { MicrobatchedStep } from '../../runtime/session.js';
import { dependsOnAlignment, toModel } from '../onnx/index.js';
import { add } from '../operators/index.js';
import { operationsOf } from '../order.js';
import {
  inputName,
  type LoopProgram,
  type Microbatches,
  named,
  nextName,
  type Values,
} from '../program.js';
import { rewrite } from '../rewrite/rewrite.js';
import { apply, input, staticShape, Value } from '../value.js';

/** Copies a fed value: it begins anywhere in memory, which the last bits of sums must not depend on. */
const copied = (value: Value) =>
  dependsOnAlignment(value) ? apply('Concat', [value], value, { axis: 0 }) : value;

/**
 * A program as a model with those inputs that it uses.
 * @param sums values that take the place of inputs, by the inputs' names
 */
function modelOf(
  inputs: readonly Value[],
  outputs: Values,
  sums: Values = {},
): { readonly model: Uint8Array; readonly inputs: readonly string[] } {
  const values = rewrite(Object.values(outputs), {
    Input: (operation) => {
      const value = new Value(operation);
      return [sums[inputName(value)] ?? copied(value)];
    },
  });
  const used = new Set(operationsOf(values));
  const needed = inputs.filter(({ operation }) => used.has(operation));
  const model = toModel({ inputs: needed, outputs: named(Object.keys(outputs), values) });
  return { model, inputs: needed.map(inputName) };
}

/** A repeated step as a model of a microbatch and one of the rest, for workers beside one another. */
export function toMicrobatchedStep(
  program: LoopProgram & { readonly microbatches: Microbatches },
): MicrobatchedStep {
  const { carried, steps, invariant, outputs, microbatches } = program;
  const { dimension, size, count, share } = microbatches;
  const inputs = [...carried.map(({ current }) => current), ...steps, ...invariant];
  const next = named(
    carried.map(nextName),
    carried.map(({ next }) => next),
  );
  const zero = input('microbatch/zero', []);
  const sums = microbatches.sums.map(({ term, total: { operation, shape, dtype } }) => {
    const name = operation.attributes.name as string;
    const terms = Array.from({ length: count }, (_, i) => input(`${name}/${i}`, shape, dtype));
    return { name, term, terms, dims: staticShape(shape, 'A sum over microbatches') };
  });
  const totals = sums.map(({ name, terms }) => [name, [zero, ...terms].reduce(add)] as const);
  const microbatch = modelOf(
    [...inputs, share],
    Object.fromEntries(sums.map(({ name, term }) => [name, term])),
  );
  const rest = modelOf(
    [...inputs, zero, ...sums.flatMap(({ terms }) => terms)],
    { ...next, ...outputs },
    Object.fromEntries(totals),
  );
  const examples = new Set(steps.filter(({ shape }) => shape[0] === dimension).map(inputName));
  return {
    microbatch: microbatch.model,
    rest: rest.model,
    carried: carried.map(({ current }) => inputName(current)),
    steps: steps.map(inputName),
    invariant: invariant.map(inputName),
    cut: microbatch.inputs.filter((name) => examples.has(name)),
    whole: microbatch.inputs.filter((name) => !examples.has(name) && name !== inputName(share)),
    sums: Object.fromEntries(
      sums.map(({ name, terms, dims }) => [name, { dims, terms: terms.map(inputName) }]),
    ),
    outputs: Object.keys(outputs),
    share: inputName(share),
    zero: inputName(zero),
    size,
    count,
  };
}
