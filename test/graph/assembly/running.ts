import { Tensor } from 'onnxruntime-common';
import { toAssembledStep } from '../../../src/graph/assembly/step.js';
import { compile, input, type Value } from '../../../src/graph/index.js';
import { openAssembled } from '../../../src/runtime/assembled/session.js';

/** Numbers for an input of a program. */
export interface Given {
  readonly shape: readonly (number | string)[];
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

export type Build = (...inputs: Value[]) => Readonly<Record<string, Value>>;

export interface Both {
  readonly assembled: Float32Array;
  readonly runtime: Float32Array;
  readonly dims: readonly number[];
}

const typeOf = (data: Given['data']) => (data instanceof Float32Array ? 'float32' : 'uint8');

/** Results of a program as a function in WebAssembly; undefined where it cannot be one. */
export async function assembledResults(build: Build, given: readonly Given[]) {
  const inputs = given.map(({ shape, data }, i) => input(`x${i}`, shape, typeOf(data)));
  const sizes = new Map(
    given.flatMap(({ shape, dims }) =>
      shape.flatMap((size, axis) =>
        typeof size === 'string' ? [[size, dims[axis]!] as const] : [],
      ),
    ),
  );
  const program = { carried: [], steps: inputs, invariant: [], outputs: build(...inputs) };
  const step = toAssembledStep(program, sizes);
  if (!step) return undefined;
  const feeds = given.map(({ dims, data }, i) => {
    return [`x${i}`, new Tensor(typeOf(data), data as Float32Array, [1, ...dims])] as const;
  });
  const iterations = new Tensor('int64', BigInt64Array.of(1n), []);
  const session = await openAssembled(step);
  return session.run({ iterations, ...Object.fromEntries(feeds) });
}

/** Results of a program as a function in WebAssembly and as the runtime's, by name. */
export async function both(build: Build, given: readonly Given[]): Promise<Record<string, Both>> {
  const assembled = await assembledResults(build, given);
  if (!assembled) throw new Error('The program is not computed in WebAssembly.');
  const inputs = given.map(({ shape, data }, i) => input(`x${i}`, shape, typeOf(data)));
  const session = await compile({ inputs, outputs: build(...inputs) }, { threads: 1 });
  const feeds = given.map(({ dims, data }, i) => {
    return [`x${i}`, new Tensor(typeOf(data), data as Float32Array, dims)] as const;
  });
  const runtime = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(runtime).map(([name, { data, dims }]) => [
      name,
      { assembled: assembled[name]!.data as Float32Array, runtime: data as Float32Array, dims },
    ]),
  );
}

/** The largest distance of numbers, as a share of the largest number where that is over 1. */
export function distance({ assembled, runtime }: Both): number {
  if (assembled.length !== runtime.length) return Number.POSITIVE_INFINITY;
  const largest = runtime.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  return runtime.reduce((most, each, i) => {
    const own = Math.abs(each - assembled[i]!) / largest;
    return own <= most ? most : Number.isNaN(own) ? Number.POSITIVE_INFINITY : own;
  }, 0);
}
