import type { RankedStep } from '../../runtime/session.js';
import { add } from '../operators/index.js';
import { inputName, type LoopProgram, type Microbatches, named, nextName } from '../program.js';
import { input, staticShape } from '../value.js';
import { modelOf } from './models.js';

/**
 * A repeated step as two models: `terms`, which a rank's examples add to the sums, and `rest`, which
 * follows from the sums over all ranks.
 */
export function toRankedStep(
  program: LoopProgram & { readonly microbatches: Microbatches },
): RankedStep {
  const { carried, steps, invariant, outputs, microbatches } = program;
  const { dimension, size, count, share } = microbatches;
  const inputs = [...carried.map(({ current }) => current), ...steps, ...invariant];
  const sums = microbatches.sums.map(({ term, total }) => {
    const name = inputName(total);
    const { shape, dtype } = total;
    const before = input(`${name}/before`, shape, dtype);
    const dims = staticShape(shape, 'A sum over ranks');
    return { name, total, before, dims, after: count > 1 ? add(before, term) : term };
  });
  const terms = modelOf(
    [...inputs, share, ...sums.map(({ before }) => before)],
    Object.fromEntries(sums.map(({ name, after }) => [name, after])),
    {},
    'few',
  );
  const next = named(
    carried.map(nextName),
    carried.map(({ next }) => next),
  );
  const rest = modelOf(
    [...inputs, ...sums.map(({ total }) => total)],
    { ...next, ...outputs },
    {},
    'few',
  );
  const isCut = new Set(steps.filter(({ shape }) => shape[0] === dimension).map(inputName));
  return {
    terms: terms.model,
    rest: rest.model,
    carried: carried.map(({ current }) => ({
      name: inputName(current),
      dims: staticShape(current.shape, 'A carried value'),
    })),
    steps: steps.map(inputName),
    cut: terms.inputs.filter((name) => isCut.has(name)),
    invariant: invariant.map(inputName),
    sums: sums.map(({ name, dims }) => ({ name, dims })),
    accumulates: count > 1,
    outputs: Object.entries(outputs).map(([name, { shape }]) => ({
      name,
      dims: staticShape(shape, 'An output of a step'),
    })),
    share: inputName(share),
    size,
  };
}
