import type { Slot, TermSlots } from '../../runtime/session.js';
import { operationsOf } from '../order.js';
import { inputName, type LoopProgram } from '../program.js';
import { input, staticShape, type Value } from '../value.js';
import { ValueMap } from '../value-map.js';
import { countOf, type Node } from './expression.js';
import { KernelMemory } from './memory.js';

type Leaf = Extract<Node, { kind: 'leaf' }>;

/** Tells whether a kernel can hold a value. */
export const isFloats = (value: Value) => value.dtype === 'float32' && countOf(value) !== undefined;

/** Holds the places of all that a kernel reads and writes, and the models that compute it. */
export class KernelLayout {
  private readonly memory = new KernelMemory();
  private readonly places = new ValueMap<readonly number[]>();
  readonly state: readonly Slot[];
  readonly numbers: Slot[] = [];
  readonly constants: { readonly address: number; readonly values: Float32Array }[] = [];
  /** Values of examples that the runtime computes, by the names of their sums or of themselves. */
  readonly terms: Record<string, Value> = {};
  readonly termSlots: TermSlots[] = [];
  /** Sums in pieces, as inputs of a model, by the names of the sums. */
  readonly pieces: Record<string, readonly Value[]> = {};
  /** Values that the runtime computes from sums and state, by name. */
  readonly between: Record<string, Value> = {};
  readonly betweenSlots: Slot[] = [];
  /** Numbers at the beginning of the memory that ranks sum up; 0 without ranks. */
  readonly summed: number;

  /** @param isRanked whether ranks sum up terms, so that each sum is one piece */
  constructor(
    private readonly program: LoopProgram,
    private readonly isRanked: boolean,
  ) {
    const sums = (isRanked && program.microbatches?.sums) || [];
    for (const { total } of sums) this.addInput(total);
    this.summed = isRanked ? this.memory.length : 0;
    this.state = program.carried.map(({ current }) => this.slotOf(current));
  }

  readonly placeOf = (value: Value): readonly number[] => this.places.get(value)!;

  /** A place for the numbers of a value. */
  newSlot(name: string, value: Value): Slot {
    const dims = staticShape(value.shape, name);
    return { name, dims, address: this.memory.place(countOf(value)!) };
  }

  private slotOf(value: Value, name = inputName(value)): Slot {
    const slot = this.newSlot(name, value);
    this.places.set(value, [slot.address]);
    return slot;
  }

  /** Finds a place for a leaf. @returns false where a kernel cannot have it */
  add({ value }: Leaf): boolean {
    if (this.places.has(value)) return true;
    if (!isFloats(value)) return false;
    const { numbers, type } = value.operation;
    if (numbers) {
      const address = this.memory.place(numbers.length);
      this.constants.push({ address, values: numbers as Float32Array });
      this.places.set(value, [address]);
      return true;
    }
    if (type === 'Input') return this.addInput(value);
    this.addComputed(value);
    return true;
  }

  private addInput(value: Value): boolean {
    const { microbatches, steps, invariant } = this.program;
    const sum = microbatches?.sums.find(({ total }) => total.operation === value.operation);
    if (sum) {
      this.addTerm(inputName(value), sum.term, value, this.isRanked ? 1 : microbatches!.count);
      return true;
    }
    const isFed = [...steps, ...invariant].some(({ operation }) => operation === value.operation);
    if (!isFed || value.shape.length > 0) return false;
    this.numbers.push(this.slotOf(value));
    return true;
  }

  /** Makes a term of a whole batch's value. Of microbatches there are only sums: their values are computed behind these. */
  private addComputed(value: Value): void {
    const { microbatches } = this.program;
    if (!microbatches) {
      this.addTerm(`term/${this.termSlots.length}`, value, value, 1);
      return;
    }
    const used = new Set(operationsOf([value]));
    for (const { total } of microbatches.sums) {
      if (used.has(total.operation) && !this.places.has(total)) this.addInput(total);
    }
    const name = `between/${this.betweenSlots.length}`;
    this.between[name] = value;
    this.betweenSlots.push(this.slotOf(value, name));
  }

  private addTerm(name: string, term: Value, value: Value, count: number): void {
    const { shape } = value;
    const addresses = Array.from({ length: count }, () => this.memory.place(countOf(value)!));
    const names = addresses.map((_, i) => (count === 1 ? name : `${name}/${i}`));
    this.terms[name] = term;
    this.pieces[name] = names.map((each) => input(each, shape));
    this.termSlots.push({ name, dims: staticShape(shape, name), addresses, names });
    this.places.set(value, addresses);
  }

  get pages(): number | undefined {
    return this.memory.pages;
  }
}
