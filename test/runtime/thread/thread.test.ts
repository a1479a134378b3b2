import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { add, compile, div, input, mul } from '../../../src/graph/index.js';
import { keptFinite, type SessionOptions } from '../../../src/runtime/session.js';

const [a, b] = [input('a', [4]), input('b', [4])];
const tensor = (data: Float32Array) => new Tensor('float32', data, [4]);
const numbers = (...values: number[]) => tensor(Float32Array.from(values));

const programs = {
  sum: { inputs: [a, b], outputs: { next: add(a, b), product: mul(a, b) } },
  quotient: { inputs: [a, b], outputs: { next: div(a, b) } },
};

const open = (program: keyof typeof programs, options: SessionOptions) =>
  compile(programs[program], options);

test('a session on a thread gives the same as one beside the caller', async () => {
  const feeds = { a: numbers(1, 2, 3, 4), b: numbers(0.1, 0.2, 0.3, 0.4) };
  const [here, there] = [await open('sum', {}), await open('sum', { thread: {} })];
  const [expected, found] = [await here.run(feeds), await there.run(feeds)];
  for (const name of ['next', 'product']) expect(found[name]!.data).toEqual(expected[name]!.data);
  // Inputs are still the caller's.
  expect(feeds.a.data).toEqual(Float32Array.of(1, 2, 3, 4));
  await Promise.all([here.release(), there.release()]);
});

test('the caller goes on while the thread runs', async () => {
  const session = await open('sum', { thread: {} });
  let done = false;
  const running = session.run({ a: numbers(1, 1, 1, 1), b: numbers(1, 1, 1, 1) }).then(() => {
    done = true;
  });
  expect(done).toBe(false);
  await running;
  expect(done).toBe(true);
  await session.release();
});

test('kept outputs stay on the thread, are fed again there, and can be read', async () => {
  const thread = {};
  const session = await open('sum', { thread, keep: ['next'] });
  const other = await open('quotient', { thread });
  const b = numbers(1, 1, 1, 1);
  let state: Tensor = numbers(1, 2, 3, 4);
  for (let i = 0; i < 3; i++) state = (await session.run({ a: state, b })).next!;
  expect(state.location).not.toBe('cpu');
  expect(keptFinite.get(state)).toBe(true);
  const quotient = (await other.run({ a: state, b: numbers(2, 2, 2, 2) })).next!;
  expect(quotient.data).toEqual(Float32Array.of(2, 2.5, 3, 3.5));
  expect(await state.getData()).toEqual(Float32Array.of(4, 5, 6, 7));
  const infinite = (await session.run({ a: state, b: numbers(0, 0, Infinity, 0) })).next!;
  expect(keptFinite.get(infinite)).toBe(false);
  infinite.dispose();
  await Promise.all([session.release(), other.release()]);
});

test('feeds may be in shared memory or parts of larger arrays', async () => {
  const session = await open('sum', { thread: {} });
  expect(session.sharesMemory).toBe(true);
  const shared = new Float32Array(new SharedArrayBuffer(16));
  const part = Float32Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5);
  for (const first of [10, 20]) {
    shared.set([first, 1, 1, 1]);
    const { next } = await session.run({ a: tensor(shared), b: tensor(part) });
    expect(next!.data).toEqual(Float32Array.of(first + 1, 3, 4, 5));
  }
  await session.release();
});

test('two threads hold sessions at a time, and their failures are told here', async () => {
  const [one, two] = await Promise.all([
    open('sum', { thread: {}, keep: ['next'] }),
    open('quotient', { thread: {} }),
  ]);
  const feeds = { a: numbers(1, 2, 3, 4), b: numbers(1, 1, 1, 1) };
  const [{ next }] = await Promise.all([one.run(feeds), two.run(feeds)]);
  // A tensor that another thread keeps has no numbers here.
  await expect(two.run({ ...feeds, a: next! })).rejects.toThrow();
  await expect(two.run({ a: feeds.a })).rejects.toThrow("input 'b' is missing");
  expect((await two.run(feeds)).next!.data).toEqual(Float32Array.of(1, 2, 3, 4));
  await Promise.all([one.release(), two.release()]);
});

test('overlapping calls of one session see their own feeds', async () => {
  const session = await open('sum', { thread: {}, keep: ['product'] });
  const b = numbers(1, 2, 3, 4);
  const calls = Array.from({ length: 100 }, async (_, i) => {
    const shared = new Float32Array(new SharedArrayBuffer(16));
    const { next, product } = await session.run({ a: tensor(shared.fill(i)), b });
    expect(next!.data).toEqual(Float32Array.of(i + 1, i + 2, i + 3, i + 4));
    expect(await product!.getData()).toEqual(Float32Array.of(i, 2 * i, 3 * i, 4 * i));
  });
  // The thread lets go of its kept tensors once it has no session.
  await Promise.all(calls);
  const last = session.run({ a: b, b });
  await session.release();
  expect((await last).next!.data).toEqual(Float32Array.of(2, 4, 6, 8));
});
