import type { MicrobatchedStep } from '../../runtime/session.js';
import {
  examplesOf,
  inputName,
  type LoopProgram,
  type Microbatches,
  named,
  nextName,
  stepInputs,
} from '../program.js';
import { input, staticShape } from '../value.js';
import { modelOf } from './models.js';
import { sumOf, zero } from './sums.js';

/** A repeated step as a model of a microbatch and one of the rest, for workers beside one another. */
export function toMicrobatchedStep(
  program: LoopProgram & { readonly microbatches: Microbatches },
): MicrobatchedStep {
  const { carried, steps, invariant, outputs, microbatches } = program;
  const { size, count, share } = microbatches;
  const inputs = stepInputs(program);
  const next = named(
    carried.map(nextName),
    carried.map(({ next }) => next),
  );
  const sums = microbatches.sums.map(({ term, total: { operation, shape, dtype } }) => {
    const name = operation.attributes.name as string;
    const terms = Array.from({ length: count }, (_, i) => input(`${name}/${i}`, shape, dtype));
    return { name, term, terms, dims: staticShape(shape, 'A sum over microbatches') };
  });
  const totals = sums.map(({ name, terms }) => [name, sumOf(terms)] as const);
  const microbatch = modelOf(
    [...inputs, share],
    Object.fromEntries(sums.map(({ name, term }) => [name, term])),
  );
  const rest = modelOf(
    [...inputs, zero, ...sums.flatMap(({ terms }) => terms)],
    { ...next, ...outputs },
    Object.fromEntries(totals),
  );
  const examples = examplesOf(program);
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
