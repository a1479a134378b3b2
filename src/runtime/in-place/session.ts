import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import {
  entryOf,
  fromPlain,
  mapValues,
  type PlainTensor,
  type PlainTensors,
  pick,
  toPlain,
} from '../plain-tensor.js';
import { type InPlaceStep, nextOf, type Session, type Slot, type Tensors } from '../session.js';
import type { StepMemory } from './memory.js';
import type { Terms } from './terms.js';

/*
 * A step whose state stays in one memory. The runtime reads parameters and writes gradients there, and a kernel
 * updates the state in one pass, where the runtime would take a pass for each operator. Nothing is copied between
 * steps; the caller gets a copy of the state at the end of a call.
 */

/** Tensors of a memory, by name. */
const tensorsOf = (memory: StepMemory, slots: readonly Slot[]): PlainTensors =>
  Object.fromEntries(slots.map(({ name, ...slot }) => [name, memory.tensor(slot)]));

const valuesOf = ({ data }: PlainTensor) => data as Float32Array;

/** The model between terms and kernel, over the memory. */
class Between {
  private readonly fed: PlainTensors;
  private readonly into: Tensors;

  constructor(
    private readonly session: Session,
    step: InPlaceStep,
    memory: StepMemory,
  ) {
    const { zero, inputs, outputs } = step.between!;
    const pieces = step.termSlots.flatMap(({ names, dims, addresses }) =>
      names.map((name, i) => ({ name, dims, address: addresses[i]! })),
    );
    const fed = {
      [zero]: { type: 'float32' as const, dims: [], data: new Float32Array(1) },
      ...tensorsOf(memory, pieces),
    };
    this.fed = pick(fed, inputs);
    this.into = mapValues(tensorsOf(memory, outputs), fromPlain);
  }

  async compute(inputs: PlainTensors): Promise<void> {
    const given = { ...pick(inputs, this.session.inputNames), ...this.fed };
    await this.session.run(mapValues(given, fromPlain), this.into);
  }

  end(): Promise<void> {
    return this.session.release();
  }
}

/** A repeated step whose state stays where it is. */
class InPlaceSession implements Session {
  readonly sharesMemory = true;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly state: PlainTensors;
  private readonly numbers: PlainTensors;
  /** The state that a caller got last, which the memory has too. */
  private held: Tensors = {};

  constructor(
    private readonly step: InPlaceStep,
    private readonly memory: StepMemory,
    private readonly terms: Terms,
    private readonly between: Between | undefined,
  ) {
    const { state, numbers, steps, invariant, outputs } = step;
    this.state = tensorsOf(memory, state);
    this.numbers = tensorsOf(memory, numbers);
    const names = Object.keys(this.state);
    this.inputNames = ['iterations', ...names, ...steps, ...invariant];
    this.outputNames = [...names.map(nextOf), ...outputs.map(({ name }) => name)];
  }

  async release(): Promise<void> {
    await Promise.all([this.terms.end(), this.between?.end()]);
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const { step, memory } = this;
    const { iterations, ...others } = feeds;
    const given = mapValues(others, toPlain);
    this.takeState(feeds);
    const count = Number(iterations!.data[0]);
    const put = step.outputs.map(({ name, dims, address }) => {
      const size = elementCount(dims);
      const tensor = new Tensor('float32', new Float32Array(count * size), [count, ...dims]);
      return { name, tensor, size, from: memory.view(address, size) };
    });
    const entries = pick(given, Object.keys(given).filter(this.isByStep));
    for (let k = 0; k < count; k++) {
      const own = mapValues(entries, (tensor) => entryOf(tensor, k));
      await this.take({ ...given, ...own, ...this.state });
      for (const { tensor, size, from } of put) valuesOf(tensor as PlainTensor).set(from, k * size);
    }
    this.held = mapValues(
      this.state,
      ({ data, dims }) => new Tensor('float32', (data as Float32Array).slice(), dims),
    );
    return Object.fromEntries([
      ...Object.entries(this.held).map(([name, tensor]) => [nextOf(name), tensor] as const),
      ...put.map(({ name, tensor }) => [name, tensor] as const),
    ]);
  }

  private readonly isByStep = (name: string) =>
    !this.step.invariant.includes(name) && !(name in this.state);

  /** Brings a state to the memory, unless it is the one that is there. */
  private takeState(feeds: Tensors): void {
    for (const [name, own] of Object.entries(this.state)) {
      const tensor = feeds[name]!;
      if (tensor !== this.held[name]) valuesOf(own).set(tensor.data as Float32Array);
    }
    this.held = {};
  }

  /** Takes one step. */
  private async take(inputs: PlainTensors): Promise<void> {
    for (const [name, own] of Object.entries(this.numbers)) {
      valuesOf(own).set(valuesOf(inputs[name]!));
    }
    await this.terms.compute(inputs);
    await this.between?.compute(inputs);
    this.memory.update();
  }
}

/**
 * A session that computes a step where its state is.
 * @param terms has the runtime write what the kernel begins with
 * @param between a session of its model between terms and kernel, where there is one
 */
export function inPlaceSession(
  step: InPlaceStep,
  memory: StepMemory,
  terms: Terms,
  between: Session | undefined,
): Session {
  return new InPlaceSession(step, memory, terms, between && new Between(between, step, memory));
}
