import { Tensor } from 'onnxruntime-common';
import { allFinite } from '../data/finite.js';
import { fromPlain, rowsOf, toPlain } from '../runtime/plain-tensor.js';
import type { Packing } from '../step/packing.js';
import type { Feeds } from '../step/program.js';

/** A number that was not finite. */
export interface NonFinite {
  /** Counts from 1. */
  readonly step: number;
  /** `gradient` and `parameter` are found while all metrics of the step were finite. */
  readonly kind: 'metric' | 'gradient' | 'parameter';
  /** Of the metric or the parameter. */
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

/** The first metric that is not finite. */
export function firstNonFinite(names: readonly string[], results: Feeds, iterations: number) {
  for (let index = 0; index < iterations; index++) {
    for (const metric of names) {
      if (!Number.isFinite((results[metric]!.data as Float32Array)[index])) {
        return { index, metric };
      }
    }
  }
  return undefined;
}

/** The first parameter, or what is kept for it, that is not finite. */
export function nonFiniteParameter(packing: Packing, state: Feeds): string | undefined {
  const kinds = new Set(
    Object.keys(state)
      .filter((name) => !name.startsWith('state/'))
      .map((name) => name.slice(0, name.indexOf('/'))),
  );
  for (const kind of kinds) {
    for (const [name, { data }] of Object.entries(packing.unpack(kind, state))) {
      if (!allFinite(data as Float32Array)) return name;
    }
  }
  return Object.entries(state)
    .find(([, { data }]) => !allFinite(data as Float32Array))?.[0]
    .replace(/^state\//, '');
}

/** Steps `from` to before `to` of a call's feeds. */
export function partOf(feeds: Feeds, from: number, to: number): Feeds {
  const part = (tensor: Tensor): Tensor => {
    if (tensor.dims.length === 0) {
      return tensor.type === 'int64'
        ? new Tensor('int64', BigInt64Array.of(BigInt(to - from)), [])
        : tensor;
    }
    return fromPlain(rowsOf(toPlain(tensor), from, to));
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, part(each)]));
}
