import type { InPlaceStep } from '../../runtime/session.js';
import { machineOperators } from '../machine.js';
import { modelOf } from '../microbatch/models.js';
import { sumOf, zero } from '../microbatch/sums.js';
import { add } from '../operators/index.js';
import { examplesOf, inputName, type LoopProgram, stepInputs } from '../program.js';
import { computed, input, type Value } from '../value.js';
import { allNodes, emit, type Target } from './emit.js';
import { Expressions } from './expression.js';
import { isFloats, KernelLayout } from './layout.js';
import { i32, moduleOf, v128 } from './wasm.js';

/** The model of the terms that examples give, and the names of its inputs. */
function termsOf(program: LoopProgram, { terms, summed }: KernelLayout) {
  const { microbatches } = program;
  const inputs = stepInputs(program);
  const operators = machineOperators(Object.values(terms));
  if (!microbatches) {
    const { model, inputs: whole } = modelOf(inputs, terms, {}, 'few');
    return { terms: model, operators, whole, cut: [] };
  }
  const { size, count, share } = microbatches;
  const accumulates = summed > 0 && count > 1;
  const added = Object.entries(terms).map(([name, term]) => {
    const before = input(`${name}/before`, term.shape);
    return { name, before, after: accumulates ? add(before, term) : term };
  });
  const { model, inputs: used } = modelOf(
    [...inputs, share, ...added.map(({ before }) => before)],
    Object.fromEntries(added.map(({ name, after }) => [name, after])),
    {},
    'few',
  );
  const isCut = examplesOf(program);
  const others = new Set([inputName(share), ...added.map(({ before }) => inputName(before))]);
  return {
    terms: model,
    operators,
    cut: used.filter((name) => isCut.has(name)),
    whole: used.filter((name) => !isCut.has(name) && !others.has(name)),
    cutting: { share: inputName(share), size, count, accumulates },
  };
}

/** The model of all that follows from sums and is not computed number by number; undefined where that is nothing. */
function betweenOf(program: LoopProgram, layout: KernelLayout): InPlaceStep['between'] {
  const { between, betweenSlots, pieces } = layout;
  if (betweenSlots.length === 0) return undefined;
  const totals = Object.entries(pieces).map(
    ([name, own]) => [name, own.length === 1 ? own[0]! : sumOf(own)] as const,
  );
  const given = [...stepInputs(program), zero, ...Object.values(pieces).flat()];
  const { model, inputs: used } = modelOf(given, between, Object.fromEntries(totals), 'few');
  return { model, inputs: used, outputs: betweenSlots, zero: inputName(zero) };
}

/**
 * A repeated step as a model of the terms that microbatches, or a whole batch, give, and a kernel in WebAssembly that
 * computes all else from these, number by number: the update of the state in one pass.
 * @param options.ranked whether ranks sum up the terms
 * @returns undefined where a kernel cannot hold the state, or the step's results
 */
export function toInPlaceStep(
  program: LoopProgram,
  { ranked = false }: { readonly ranked?: boolean } = {},
): InPlaceStep | undefined {
  const { carried, steps, invariant, outputs } = program;
  const results = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const held: readonly Value[] = [...results, ...carried.map(({ current }) => current)];
  if (!held.every(isFloats)) return undefined;
  const expressions = new Expressions();
  const nodes = results.map((value) => expressions.nodeOf(value));
  const layout = new KernelLayout(program, ranked);
  const leaves = allNodes(nodes.map((node) => ({ node }))).filter((node) => node.kind === 'leaf');
  if (!leaves.every((leaf) => layout.add(leaf))) return undefined;
  const put = Object.entries(outputs).map(([name, value]) => layout.newSlot(name, value));
  const places = [...layout.state, ...put];
  const stays = (i: number) =>
    i < carried.length && computed(carried[i]!.next).operation === carried[i]!.current.operation;
  const targets: Target[] = nodes
    .map((node, i) => ({ node, address: places[i]!.address }))
    .filter((_, i) => !stays(i));
  const { pages, state, numbers, constants, termSlots, summed } = layout;
  if (pages === undefined) return undefined;
  const { code, vectors } = emit(targets, layout.placeOf);
  const between = betweenOf(program, layout);
  return {
    ...termsOf(program, layout),
    ...{ pages, state, numbers, constants, termSlots, summed },
    ...(between && { between }),
    kernel: moduleOf(pages, [i32, ...new Array<number>(vectors).fill(v128)], code, true),
    outputs: put,
    steps: steps.map(inputName),
    invariant: invariant.map(inputName),
  };
}
