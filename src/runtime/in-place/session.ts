import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import type { Lane, StepInputs } from '../microbatched/lane.js';
import {
  entryOf,
  fromPlain,
  mapValues,
  type PlainTensors,
  pick,
  toPlain,
} from '../plain-tensor.js';
import type { InPlaceStep, Session, Slot, Tensors } from '../session.js';
import { StepMemory } from './memory.js';

/*
 * A step whose state stays in one memory. The runtime reads parameters and writes gradients there, and a kernel
 * updates the state in one pass, where the runtime would take a pass for each operator. Nothing is copied between
 * steps; the caller gets a copy of the state at the end of a call.
 */

const nextOf = (name: string) => `${name}.next`;

type Place = { readonly name: string; readonly values: Float32Array };

/** A repeated step whose state stays where it is. */
class InPlaceSession implements Session {
  readonly sharesMemory = true;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly state: readonly Place[];
  private readonly numbers: readonly Place[];
  private readonly stateTensors: PlainTensors;
  /** Memory for the terms of each microbatch. */
  private readonly into: readonly PlainTensors[];
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));
  /** The state that a caller got last, which the memory has too. */
  private held: Tensors = {};

  constructor(
    private readonly step: InPlaceStep,
    private readonly memory: StepMemory,
    private readonly lanes: readonly Lane[],
  ) {
    const { state, numbers, steps, invariant, outputs, computed } = step;
    this.inputNames = ['iterations', ...state.map(({ name }) => name), ...steps, ...invariant];
    this.outputNames = [...state, ...outputs].map(({ name }, i) =>
      i < state.length ? nextOf(name) : name,
    );
    const placeOf = ({ name, ...slot }: Slot): Place => ({
      name,
      values: memory.tensor(slot).data as Float32Array,
    });
    this.state = state.map(placeOf);
    this.numbers = numbers.map(placeOf);
    this.stateTensors = Object.fromEntries(
      state.map(({ name, ...slot }) => [name, memory.tensor(slot)]),
    );
    const count = computed[0]?.addresses.length ?? 0;
    this.into = Array.from({ length: count }, (_, i) =>
      Object.fromEntries(
        computed.map(({ name, dims, addresses }) => [
          name,
          memory.tensor({ dims, address: addresses[i]! }),
        ]),
      ),
    );
  }

  /** No call may be under way: a thread that ends in the midst of one takes the process with it. */
  async release(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.end()));
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const { iterations, ...others } = feeds;
    const given = mapValues(others, toPlain);
    this.takeState(feeds);
    const count = Number(iterations!.data[0]);
    const outputs = this.step.outputs.map(({ name, dims, address }) => {
      const size = elementCount(dims);
      const tensor = new Tensor('float32', new Float32Array(count * size), [count, ...dims]);
      return { name, tensor, size, from: this.memory.view(address, size) };
    });
    for (let k = 0; k < count; k++) {
      const entries = mapValues(pick(given, this.step.steps), (tensor) => entryOf(tensor, k));
      await this.take({ ...given, ...entries, ...this.stateTensors });
      for (const { tensor, size, from } of outputs) {
        (tensor.data as Float32Array).set(from, k * size);
      }
    }
    this.held = Object.fromEntries(
      this.step.state.map(({ name, dims }, i) => [
        name,
        new Tensor('float32', this.state[i]!.values.slice(), dims),
      ]),
    );
    const state = Object.entries(this.held).map(([name, tensor]) => [nextOf(name), tensor]);
    return {
      ...Object.fromEntries(state),
      ...Object.fromEntries(outputs.map(({ name, tensor }) => [name, tensor])),
    };
  }

  /** Brings a state to the memory, unless it is the one that is there. */
  private takeState(feeds: Tensors): void {
    for (const { name, values } of this.state) {
      if (feeds[name] !== this.held[name]) values.set(feeds[name]!.data as Float32Array);
    }
    this.held = {};
  }

  /** Takes one step. */
  private async take(inputs: PlainTensors): Promise<void> {
    const { lanes, step, begun } = this;
    for (const { name, values } of this.numbers) values.set(inputs[name]!.data as Float32Array);
    begun[0] = 0;
    const shared: StepInputs = {
      whole: pick(inputs, step.whole),
      cut: pick(inputs, step.cut),
      begun,
      into: this.into,
    };
    const working = lanes.map((lane) => lane.work(shared));
    await Promise.allSettled(working);
    await Promise.all(working);
    this.leaveOut(shared.cut);
    this.memory.update();
  }

  /** Has microbatches that a short batch lacks add nothing. */
  private leaveOut(cut: PlainTensors): void {
    const { cutting } = this.step;
    if (!cutting) return;
    const [examples] = Object.values(cut)[0]!.dims;
    for (const terms of this.into.slice(Math.ceil(examples! / cutting.size))) {
      for (const { data } of Object.values(terms)) (data as Float32Array).fill(0);
    }
  }
}

/** A lane for whole batches: it computes one microbatch. */
export class WholeLane implements Lane {
  /** @param session of the terms of a batch */
  constructor(private readonly session: Session) {}

  async work({ whole, into }: StepInputs): Promise<[]> {
    await this.session.run(mapValues(whole, fromPlain), mapValues(into![0]!, fromPlain));
    return [];
  }

  end(): Promise<void> {
    return this.session.release();
  }
}

/**
 * A session that computes a step where its state is.
 * @param lanes in the order in which they are called; a lane that cannot compute as others do is undefined
 * @returns undefined where a lane is undefined; nothing is left open then
 */
export async function openStepInPlace(
  step: InPlaceStep,
  lanes: readonly Promise<Lane | undefined>[],
): Promise<Session | undefined> {
  const opened = await Promise.all(lanes);
  const there = opened.filter((lane) => lane !== undefined);
  if (there.length === opened.length) {
    return new InPlaceSession(step, new StepMemory(step), there);
  }
  await Promise.all(there.map((lane) => lane.end()));
  return undefined;
}
