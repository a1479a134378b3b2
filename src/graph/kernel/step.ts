import type { InPlaceStep, Slot } from '../../runtime/session.js';
import { modelOf } from '../microbatch/models.js';
import { inputName, type LoopProgram } from '../program.js';
import { computed, staticShape, type Value } from '../value.js';
import { allNodes, emit, type Target } from './emit.js';
import { countOf, Expressions, type Node } from './expression.js';
import { KernelMemory } from './memory.js';
import { moduleOf } from './wasm.js';

type Leaf = Extract<Node, { kind: 'leaf' }>;

const isFloats = (value: Value) => value.dtype === 'float32' && countOf(value) !== undefined;

const isInput = ({ operation: { type } }: Value) => type === 'Input';

/** Where all that a kernel reads and writes lies. */
class Layout {
  private readonly memory = new KernelMemory();
  private readonly places = new Map<Value['operation'], Map<number, readonly number[]>>();
  readonly state: Slot[] = [];
  readonly numbers: Slot[] = [];
  readonly constants: { readonly address: number; readonly values: Float32Array }[] = [];
  /** Values that the runtime computes, by the names of their sums or of themselves. */
  readonly terms: Record<string, Value> = {};
  readonly computed: {
    readonly name: string;
    readonly dims: readonly number[];
    readonly addresses: readonly number[];
  }[] = [];

  constructor(private readonly program: LoopProgram) {
    for (const { current } of program.carried) {
      this.state.push(this.slot(current));
    }
  }

  private put(value: Value, addresses: readonly number[]): void {
    const own = this.places.get(value.operation) ?? new Map<number, readonly number[]>();
    this.places.set(value.operation, own.set(value.index, addresses));
  }

  readonly placeOf = (value: Value): readonly number[] =>
    this.places.get(value.operation)!.get(value.index)!;

  /** A place for the numbers of an input. */
  private slot(value: Value): Slot {
    const slot = this.newSlot(inputName(value), value);
    this.put(value, [slot.address]);
    return slot;
  }

  newSlot(name: string, value: Value): Slot {
    const dims = staticShape(value.shape, name);
    return { name, dims, address: this.memory.place(countOf(value)!) };
  }

  /** Finds a place for a leaf. @returns false where a kernel cannot have it */
  add({ value }: Leaf): boolean {
    if (this.places.get(value.operation)?.has(value.index)) return true;
    if (!isFloats(value)) return false;
    const { numbers } = value.operation;
    if (numbers) {
      const address = this.memory.place(numbers.length);
      this.constants.push({ address, values: numbers as Float32Array });
      this.put(value, [address]);
      return true;
    }
    return isInput(value) ? this.addInput(value) : this.addComputed(value);
  }

  private addInput(value: Value): boolean {
    const { microbatches, steps, invariant } = this.program;
    const sum = microbatches?.sums.find(({ total }) => total.operation === value.operation);
    if (sum) {
      this.addTerm(inputName(value), sum.term, value, microbatches!.count);
      return true;
    }
    const isFed = [...steps, ...invariant].some(({ operation }) => operation === value.operation);
    if (!isFed || value.shape.length > 0) return false;
    this.numbers.push(this.slot(value));
    return true;
  }

  /** A value of a whole batch; of microbatches there are only sums. */
  private addComputed(value: Value): boolean {
    if (this.program.microbatches) return false;
    this.addTerm(`term/${this.computed.length}`, value, value, 1);
    return true;
  }

  private addTerm(name: string, term: Value, value: Value, count: number): void {
    const dims = staticShape(value.shape, name);
    const addresses = Array.from({ length: count }, () => this.memory.place(countOf(value)!));
    this.terms[name] = term;
    this.computed.push({ name, dims, addresses });
    this.put(value, addresses);
  }

  get pages(): number | undefined {
    return this.memory.pages;
  }
}

/** The model of the terms, and the names of its inputs. */
function termsOf(
  { carried, steps, invariant, microbatches }: LoopProgram,
  terms: Readonly<Record<string, Value>>,
) {
  const inputs = [...carried.map(({ current }) => current), ...steps, ...invariant];
  const share = microbatches && inputName(microbatches.share);
  const given = microbatches ? [...inputs, microbatches.share] : inputs;
  const { model, inputs: used } = modelOf(given, terms, {}, 'few');
  const isCut = ({ shape }: Value) => microbatches && shape[0] === microbatches.dimension;
  const cut = steps.filter(isCut).map(inputName);
  return {
    terms: model,
    cut: used.filter((name) => cut.includes(name)),
    whole: used.filter((name) => !cut.includes(name) && name !== share),
    ...(microbatches && { cutting: { share: share!, size: microbatches.size } }),
  };
}

/**
 * A repeated step as a model of the terms that microbatches, or a whole batch, give, and a kernel in WebAssembly that
 * computes all else from these, number by number: the update of the state in one pass.
 * @returns undefined where the rest is not computed number by number, or there is no state
 */
export function toInPlaceStep(program: LoopProgram): InPlaceStep | undefined {
  const { carried, steps, invariant, outputs } = program;
  const results = [...carried.map(({ next }) => next), ...Object.values(outputs)];
  const held = [...results, ...carried.map(({ current }) => current)];
  if (carried.length === 0 || !held.every(isFloats)) return undefined;
  const expressions = new Expressions();
  const nodes = results.map((value) => expressions.nodeOf(value));
  const layout = new Layout(program);
  const leaves = allNodes(nodes.map((node) => ({ node }))).filter((node) => node.kind === 'leaf');
  if (!leaves.every((leaf) => layout.add(leaf))) return undefined;
  const put = Object.entries(outputs).map(([name, value]) => layout.newSlot(name, value));
  const places = [...layout.state, ...put];
  const isChanged = (_: unknown, i: number) =>
    carried[i] === undefined ||
    computed(carried[i].next).operation !== carried[i].current.operation;
  const targets: Target[] = nodes
    .map((node, i) => ({ node, address: places[i]!.address }))
    .filter(isChanged);
  const { pages } = layout;
  if (pages === undefined) return undefined;
  const { code, vectors } = emit(targets, layout.placeOf);
  return {
    ...termsOf(program, layout.terms),
    kernel: moduleOf(pages, vectors, code),
    pages,
    state: layout.state,
    numbers: layout.numbers,
    constants: layout.constants,
    computed: layout.computed,
    outputs: put,
    steps: steps.map(inputName),
    invariant: invariant.map(inputName),
  };
}
