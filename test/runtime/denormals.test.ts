import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { compile, input, mul } from '../../src/graph/index.js';
import { flushDenormals } from '../../src/index.js';

// Large enough that the runtime's threads share it.
const count = 1 << 20;

async function products(): Promise<Float32Array> {
  const [a, b] = [input('a', [count]), input('b', [count])];
  const session = await compile({ inputs: [a, b], outputs: { product: mul(a, b) } }, {});
  const feed = () => new Tensor('float32', new Float32Array(count).fill(1e-20), [count]);
  const { product } = await session.run({ a: feed(), b: feed() });
  await session.release();
  return product!.data as Float32Array;
}

// The mode is the process's, and the first session decides: this file has a process of its own.
test('denormal numbers become 0 on all threads', async () => {
  flushDenormals();
  expect((await products()).every((value) => value === 0)).toBe(true);
});
