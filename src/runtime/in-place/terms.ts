import { endLanes, type Lane, workTogether } from '../microbatched/lane.js';
import { Copies } from '../microbatched/memory.js';
import { fromPlain, isShared, mapValues, type PlainTensors, pick } from '../plain-tensor.js';
import type { InPlaceStep, Session, TermSlots } from '../session.js';
import type { StepMemory } from './memory.js';

/** Has the runtime write the terms of a step into its memory. */
export interface Terms {
  /** @param inputs of the step, with the state as it lies in the memory */
  compute(inputs: PlainTensors): Promise<void>;
  /** Frees it; no call may be under way. */
  end(): Promise<void>;
}

/** The memory of terms, of each microbatch. */
export function termsIn(memory: StepMemory, slots: readonly TermSlots[]): PlainTensors[] {
  const count = slots[0]?.addresses.length ?? 0;
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      slots.map(({ name, dims, addresses }) => [
        name,
        memory.tensor({ dims, address: addresses[i]! }),
      ]),
    ),
  );
}

/** Terms of whole batches. */
export class WholeTerms implements Terms {
  private readonly into;

  constructor(
    private readonly step: InPlaceStep,
    memory: StepMemory,
    private readonly session: Session,
  ) {
    this.into = mapValues(termsIn(memory, step.termSlots)[0]!, fromPlain);
  }

  async compute(inputs: PlainTensors): Promise<void> {
    await this.session.run(mapValues(pick(inputs, this.step.whole), fromPlain), this.into);
  }

  end(): Promise<void> {
    return this.session.release();
  }
}

/** Terms of microbatches that lanes compute beside one another. */
export class LaneTerms implements Terms {
  private readonly into: readonly PlainTensors[];
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));
  private readonly copies = new Copies(SharedArrayBuffer);

  /** @param lanes in the order in which they are called */
  constructor(
    private readonly step: InPlaceStep,
    memory: StepMemory,
    private readonly lanes: readonly Lane[],
  ) {
    this.into = termsIn(memory, step.termSlots);
  }

  async compute(inputs: PlainTensors): Promise<void> {
    const { lanes, step, begun, into } = this;
    // Parameters of an evaluation come from elsewhere; a state lies in shared memory.
    const whole = this.copies.takeAll(pick(inputs, step.whole), (each) => !isShared(each));
    const cut = pick(inputs, step.cut);
    await workTogether(lanes, { whole, cut, begun, into });
    // Microbatches that a short batch lacks add nothing.
    const [examples] = Object.values(cut)[0]!.dims;
    for (const terms of into.slice(Math.ceil(examples! / step.cutting!.size))) {
      for (const { data } of Object.values(terms)) (data as Float32Array).fill(0);
    }
  }

  end(): Promise<void> {
    return endLanes(this.lanes);
  }
}
