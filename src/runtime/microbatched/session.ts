import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../base/shape.js';
import {
  entryOf,
  fromPlain,
  isShared,
  mapValues,
  type PlainTensor,
  type PlainTensors,
  pick,
  stacked,
  toPlain,
} from '../plain-tensor.js';
import type { MicrobatchedStep, Session, Tensors } from '../session.js';
import { endLanes, type Lane, workTogether } from './lane.js';
import { Copies, discard } from './memory.js';

/*
 * Microbatches of a step beside one another. The runtime's threads share the work inside an operator,
 * and so wait for one another at the end of each; some operators use one thread only. A lane is a
 * thread that computes whole microbatches, and waits once a step. The sums go over the microbatches in
 * their order, so that it does not matter which lane took which.
 */

/** A repeated step whose microbatches are computed by lanes. */
class MicrobatchedSession implements Session {
  readonly sharesMemory = true;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly shared = new Copies(SharedArrayBuffer);
  private readonly own = new Copies(ArrayBuffer);
  /** Zeros, in the place of terms of microbatches that a short batch lacks. */
  private readonly zeros: PlainTensors;
  private readonly begun = new Int32Array(new SharedArrayBuffer(4));

  constructor(
    private readonly model: MicrobatchedStep,
    private readonly rest: Session,
    private readonly lanes: readonly Lane[],
  ) {
    const { carried, steps, invariant, sums, zero } = model;
    this.inputNames = ['iterations', ...carried, ...steps, ...invariant];
    const scalar: PlainTensor = { type: 'float32', dims: [], data: new Float32Array(1) };
    const terms = Object.values(sums).flatMap(({ dims, terms }) => {
      const data = new Float32Array(elementCount(dims));
      return terms.map((name) => [name, { type: 'float32', dims, data }] as const);
    });
    this.zeros = { [zero]: scalar, ...Object.fromEntries(terms) };
    this.outputNames = [...model.carried.map((name) => `${name}.next`), ...model.outputs];
  }

  async release(): Promise<void> {
    await Promise.all([this.rest.release(), endLanes(this.lanes)]);
  }

  async run(feeds: Tensors): Promise<Record<string, Tensor>> {
    const { carried, steps, outputs } = this.model;
    const { iterations, ...others } = feeds;
    const given = mapValues(others, toPlain);
    const first = pick(given, carried);
    let state = first;
    const put = outputs.map((): Tensor[] => []);
    for (let k = 0; k < Number(iterations!.data[0]); k++) {
      const entries = mapValues(pick(given, steps), (tensor) => entryOf(tensor, k));
      const results = await this.step({ ...given, ...state, ...entries });
      if (state !== first) Object.values(state).forEach(discard);
      state = Object.fromEntries(carried.map((name) => [name, toPlain(results[`${name}.next`]!)]));
      outputs.forEach((name, i) => {
        put[i]!.push(results[name]!);
      });
    }
    return {
      ...Object.fromEntries(carried.map((name) => [`${name}.next`, fromPlain(state[name]!)])),
      ...Object.fromEntries(outputs.map((name, i) => [name, stacked(put[i]!)])),
    };
  }

  private async step(inputs: PlainTensors): Promise<Record<string, Tensor>> {
    const { lanes, model, rest } = this;
    const done = await workTogether(lanes, {
      whole: this.shared.takeAll(pick(inputs, model.whole)),
      cut: pick(inputs, model.cut),
      begun: this.begun,
    });
    const terms = done.flatMap(({ microbatch, terms }) =>
      Object.entries(terms).map(
        ([name, term]) => [model.sums[name]!.terms[microbatch]!, term] as const,
      ),
    );
    const fed = this.own.takeAll(pick(inputs, rest.inputNames), isShared);
    const results = await rest.run(
      mapValues({ ...this.zeros, ...fed, ...Object.fromEntries(terms) }, fromPlain),
    );
    for (const [, term] of terms) discard(term);
    return results;
  }
}

/** Lanes once all are there; undefined where one cannot compute as others do, and then none is left open. */
export async function allOrNone(
  lanes: readonly Promise<Lane | undefined>[],
): Promise<readonly Lane[] | undefined> {
  const opened = await Promise.all(lanes);
  const there = opened.filter((lane) => lane !== undefined);
  if (there.length === opened.length) return there;
  await endLanes(there);
  return undefined;
}

/**
 * A session that computes a step's microbatches by lanes beside one another.
 * @param rest a session of the model of the rest
 * @param lanes in the order in which they are called; a lane that cannot compute as others do is undefined
 * @returns undefined where a lane is undefined; nothing is left open then
 */
export async function openMicrobatched(
  model: MicrobatchedStep,
  rest: Promise<Session>,
  lanes: readonly Promise<Lane | undefined>[],
): Promise<Session | undefined> {
  const there = await allOrNone(lanes);
  const session = await rest;
  if (there) return new MicrobatchedSession(model, session, there);
  await session.release();
  return undefined;
}
