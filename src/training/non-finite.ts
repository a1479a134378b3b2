import { Tensor } from 'onnxruntime-common';
import { allFinite } from '../base/finite.js';
import { tensorRows } from '../runtime/plain-tensor.js';
import type { Feeds, Layout, StateMemory } from '../step/index.js';

/** A number that was not finite. */
export interface NonFinite {
  /** Counts from 1. */
  readonly step: number;
  /** `gradient` and `parameter` are found while all metrics of the step were finite. */
  readonly kind: 'metric' | 'gradient' | 'parameter';
  /** Name of the metric or the parameter. */
  readonly name: string;
}

/** `The loss`, `The gradient of encoder.0.weight`, `The parameter encoder.0.weight`. */
export function describeNonFinite({ kind, name }: NonFinite): string {
  return {
    metric: `The ${name}`,
    gradient: `The gradient of ${name}`,
    parameter: `The ${kind} ${name}`,
  }[kind];
}

/** The first metric that is not finite, and the place of its step in the call. */
export function firstNonFinite(names: readonly string[], results: Feeds, steps: number) {
  for (let index = 0; index < steps; index++) {
    for (const metric of names) {
      if (!Number.isFinite((results[metric]!.data as Float32Array)[index])) {
        return { index, metric };
      }
    }
  }
  return undefined;
}

/** Steps `from` to before `to` of a call's feeds. */
function stepsOf(feeds: Feeds, from: number, to: number): Feeds {
  const piece = (tensor: Tensor): Tensor => {
    if (tensor.dims.length === 0) {
      return tensor.type === 'int64'
        ? new Tensor('int64', BigInt64Array.of(BigInt(to - from)), [])
        : tensor;
    }
    return tensorRows(tensor, from, to);
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, piece(each)]));
}

/** A call of the runtime in which a number was not finite. */
export interface FailedCall {
  readonly layout: Layout;
  readonly memory: StateMemory;
  /** The state before its first step. */
  readonly before: Feeds;
  readonly feeds: Feeds;
  /** The same with learning rates of 0. */
  readonly still: Feeds;
  readonly steps: number;
  /** The metric that was found, where one was. */
  readonly metric: ReturnType<typeof firstNonFinite>;
  /** Computes steps from a state on. */
  readonly run: (state: Feeds, feeds: Feeds) => Promise<Feeds>;
}

/**
 * Finds the first step whose numbers are not finite, and the number, by computing steps again: each
 * is a pure function of state and feeds.
 * @returns the steps before it, the state after these, and the number
 */
export async function findNonFinite(
  call: FailedCall,
): Promise<{ good: number; state: Feeds; found: Omit<NonFinite, 'step'> }> {
  const { feeds, memory, metric, run } = call;
  let [good, wrong] = [0, metric ? metric.index + 1 : call.steps];
  let state = call.before;
  while (wrong - good > 1) {
    const middle = (good + wrong) >> 1;
    const next = await run(state, stepsOf(feeds, good, middle));
    if (await memory.isFinite(next)) [good, state] = [middle, next];
    else wrong = middle;
  }
  if (metric?.index === good)
    return { good, state, found: { kind: 'metric', name: metric.metric } };
  const spoilt = await memory.onHost(await run(state, stepsOf(feeds, good, wrong)));
  const name = call.layout.findParameter(spoilt, ({ data }) => !allFinite(data as Float32Array));
  // The gradient itself alone can spoil a parameter with a learning rate of 0.
  const isFine = await memory.isFinite(await run(state, stepsOf(call.still, good, wrong)));
  const kind = isFine ? 'parameter' : 'gradient';
  return { good, state, found: { kind, name: name ?? 'a parameter' } };
}
