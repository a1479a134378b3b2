import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { compile, input, mul } from '../../src/graph/index.js';
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

const isZero = (value: number) => value === 0;

// The mode can be set for one thread in a process's life: this file has a process of its own.
test('denormal numbers become 0 on the threads that train, and only there', async () => {
  flushDenormals();
  const [training, other] = await Promise.all([products({ thread: {} }), products({})]);
  expect(training.every(isZero)).toBe(true);
  expect(other.some(isZero)).toBe(false);
  expect((await products({ thread: {} })).every(isZero)).toBe(true);
});
