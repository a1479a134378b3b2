import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import {
  type AssembledStep,
  nextOf,
  type Session,
  type Slot,
  type Tensors,
  type TypedSlot,
} from '../session.js';

type Numbers = Float32Array | Uint8Array;

/** Numbers of the memory, and how many there are. */
interface Place {
  readonly name: string;
  readonly dims: readonly number[];
  readonly view: Numbers;
}

/** A repeated step that a function in WebAssembly computes, with its state in that function's memory. */
class AssembledSession implements Session {
  readonly sharesMemory = false;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly state: readonly Place[];
  private readonly steps: readonly Place[];
  private readonly invariant: readonly Place[];
  private readonly outputs: readonly Place[];
  /** The state that a caller got last, which the memory has too. */
  private held: Tensors = {};

  constructor(
    { state, steps, invariant, constants, outputs }: AssembledStep,
    memory: WebAssembly.Memory,
    private readonly compute: () => void,
  ) {
    const floats = ({ name, dims, address }: Slot): Place => ({
      name,
      dims,
      view: new Float32Array(memory.buffer, address, elementCount(dims)),
    });
    const typed = (slot: TypedSlot): Place =>
      slot.type === 'float32'
        ? floats(slot)
        : { ...slot, view: new Uint8Array(memory.buffer, slot.address, elementCount(slot.dims)) };
    this.state = state.map(typed);
    this.steps = steps.map(typed);
    this.invariant = invariant.map(typed);
    this.outputs = outputs.map(floats);
    for (const { address, values } of constants) {
      new Float32Array(memory.buffer, address, values.length).set(values);
    }
    const names = (places: readonly Place[]) => places.map(({ name }) => name);
    this.inputNames = ['iterations', ...names([...this.state, ...this.steps, ...this.invariant])];
    this.outputNames = [...names(this.state).map(nextOf), ...names(this.outputs)];
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    for (const { name, view } of this.state) {
      const tensor = feeds[name]!;
      if (tensor !== this.held[name]) view.set(tensor.data as Float32Array);
    }
    for (const { name, view } of this.invariant) view.set(feeds[name]!.data as Float32Array);
    const count = Number(feeds.iterations!.data[0]);
    const fed = this.steps.map(({ name, view }) => ({
      view,
      size: view.length,
      all: feeds[name]!.data as Float32Array,
    }));
    const put = this.outputs.map(({ name, dims, view }) => ({
      name,
      dims,
      view,
      all: new Float32Array(count * view.length),
    }));
    for (let k = 0; k < count; k++) {
      for (const { view, size, all } of fed) view.set(all.subarray(k * size, (k + 1) * size));
      this.compute();
      for (const { view, all } of put) all.set(view, k * view.length);
    }
    const state = this.state.map(
      ({ name, dims, view }) =>
        [name, new Tensor('float32', view.slice() as Float32Array, dims)] as const,
    );
    this.held = Object.fromEntries(state);
    return Object.fromEntries([
      ...state.map(([name, tensor]) => [nextOf(name), tensor] as const),
      ...put.map(
        ({ name, dims, all }) => [name, new Tensor('float32', all, [count, ...dims])] as const,
      ),
    ]);
  }

  async release(): Promise<void> {
    this.held = {};
  }
}

/** Opens a session of a step as a function in WebAssembly. @throws RangeError when there is no memory for it */
export async function openAssembled(step: AssembledStep): Promise<Session> {
  const { code, pages } = step;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { instance } = await WebAssembly.instantiate(code, { host: { memory } });
  return new AssembledSession(step, memory, instance.exports.run as () => void);
}
