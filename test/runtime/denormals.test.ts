import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { add, compile, compileLoop, input, mul, sum } from '../../src/graph/index.js';
import { flushDenormals } from '../../src/index.js';
import type { SessionOptions } from '../../src/runtime/session.js';

// Large enough that the runtime's threads share it.
const count = 1 << 20;

async function products(options: SessionOptions): Promise<Float32Array> {
  const [a, b] = [input('a', [count]), input('b', [count])];
  const session = await compile({ inputs: [a, b], outputs: { product: mul(a, b) } }, options);
  const feed = () => new Tensor('float32', new Float32Array(count).fill(1e-20), [count]);
  const { product } = await session.run({ a: feed(), b: feed() });
  await session.release();
  return product!.data as Float32Array;
}

/** The sum of such products, one microbatch after the other on two workers. */
async function sumOfProducts(): Promise<number> {
  const [x, before, term] = [input('x', ['batch', count]), input('before', []), input('term', [])];
  const program = {
    carried: [{ current: before, next: add(before, term) }],
    steps: [x],
    invariant: [],
    outputs: {},
    microbatches: {
      dimension: 'batch',
      size: 1,
      count: 4,
      share: input('share', []),
      sums: [{ term: sum(mul(x, x)), total: term }],
    },
  };
  const session = await compileLoop(program, { thread: {}, threads: 2 });
  const results = await session.run({
    iterations: new Tensor('int64', BigInt64Array.of(1n), []),
    before: new Tensor('float32', Float32Array.of(0), []),
    x: new Tensor('float32', new Float32Array(4 * count).fill(1e-20), [1, 4, count]),
  });
  const [total] = (await results['before.next']!.getData()) as Float32Array;
  await session.release();
  return total!;
}

const isZero = (value: number) => value === 0;

// The mode can be set for one thread in a process's life: this file has a process of its own.
test('denormal numbers become 0 on the threads that train, and only there', async () => {
  flushDenormals();
  const [training, other] = await Promise.all([products({ thread: {} }), products({})]);
  expect(training.every(isZero)).toBe(true);
  expect(other.some(isZero)).toBe(false);
  expect((await products({ thread: {} })).every(isZero)).toBe(true);
  expect(await sumOfProducts()).toBe(0);
});
