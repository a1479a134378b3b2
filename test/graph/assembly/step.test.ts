import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { toAssembledStep } from '../../../src/graph/assembly/step.js';
import {
  add,
  constant,
  gemm,
  gradient,
  input,
  type LoopProgram,
  logistic,
  mean,
  mul,
  openLoop,
  optimizeLoop,
  sub,
  sum,
  transpose,
} from '../../../src/graph/index.js';
import { openAssembled } from '../../../src/runtime/assembled/session.js';

const float = (data: readonly number[], dims: readonly number[]) =>
  new Tensor('float32', Float32Array.from(data), dims);
const times = (count: number) => new Tensor('int64', BigInt64Array.of(BigInt(count)), []);
const none: ReadonlyMap<string, number> = new Map();

/** Results of steps, as lists of numbers. */
async function after(
  program: LoopProgram,
  feeds: Readonly<Record<string, Tensor>>,
  sizes = none,
): Promise<Record<string, number[]>> {
  const session = await openAssembled(toAssembledStep(program, sizes)!);
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const [a, b] = [input('a', [5]), input('b', [5])];

test('states that take one another’s places', async () => {
  const [n, rate] = [input('n', []), input('rate', [])];
  const program: LoopProgram = {
    carried: [
      { current: a, next: b },
      { current: b, next: a },
      { current: n, next: add(n, rate) },
    ],
    steps: [rate],
    invariant: [],
    outputs: { both: mul(a, n), first: n },
  };
  const results = await after(program, {
    iterations: times(3),
    a: float([1, 2, 3, 4, 5], [5]),
    b: float([6, 7, 8, 9, 10], [5]),
    n: float([2], []),
    rate: float([1, 2, 3], [3]),
  });
  expect(results).toEqual({
    'a.next': [6, 7, 8, 9, 10],
    'b.next': [1, 2, 3, 4, 5],
    'n.next': [8],
    both: [2, 4, 6, 8, 10, 18, 21, 24, 27, 30, 5, 10, 15, 20, 25],
    first: [2, 3, 5],
  });
});

test('a state that stays, and one of which a part is read behind its change', async () => {
  const [matrix, kept] = [input('matrix', [2, 3]), input('kept', [2])];
  const program: LoopProgram = {
    carried: [
      { current: matrix, next: mul(matrix, constant([1, 2, 3])) },
      { current: kept, next: kept },
    ],
    steps: [],
    invariant: [],
    outputs: {
      before: transpose(matrix),
      product: gemm(matrix, matrix, undefined, { transposeB: true }),
      after: sum(mul(matrix, constant([1, 2, 3])), { axes: [0] }),
    },
  };
  const results = await after(program, {
    iterations: times(2),
    matrix: float([1, 2, 3, 4, 5, 6], [2, 3]),
    kept: float([7, 8], [2]),
  });
  expect(results).toEqual({
    'matrix.next': [1, 8, 27, 4, 20, 54],
    'kept.next': [7, 8],
    before: [1, 4, 2, 5, 3, 6, 1, 4, 4, 10, 9, 18],
    product: [14, 32, 32, 77, 98, 206, 206, 440],
    after: [5, 14, 27, 5, 28, 81],
  });
});

test('a state whose next one reads other places of it', async () => {
  const square = input('square', [2, 2]);
  const program: LoopProgram = {
    carried: [{ current: square, next: add(transpose(square), square) }],
    steps: [],
    invariant: [],
    outputs: { total: sum(square) },
  };
  const feeds = { iterations: times(2), square: float([1, 2, 3, 4], [2, 2]) };
  expect(await after(program, feeds)).toEqual({ 'square.next': [4, 10, 10, 16], total: [10, 20] });
});

/** Logistic regression, with its loss and a part of the examples as outputs. */
function regression(): LoopProgram {
  const [x, y] = [input('x', ['batch', 3]), input('y', ['batch', 1])];
  const [w, rate] = [input('w', [3, 1]), input('rate', [])];
  const off = sub(logistic(gemm(x, w)), y);
  const loss = mean(mul(off, off));
  const [slope] = gradient(loss, [w]);
  return {
    carried: [{ current: w, next: sub(w, mul(slope!, rate)) }],
    steps: [x, y],
    invariant: [rate],
    outputs: { loss },
  };
}

const feedsOf = (steps: number, batch: number) => {
  const list = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i * 3 + batch));
  return {
    iterations: times(steps),
    x: float(list(steps * batch * 3), [steps, batch, 3]),
    y: float(list(steps * batch), [steps, batch, 1]),
    w: float([0.1, -0.2, 0.3], [3, 1]),
    rate: float([0.5], []),
  };
};

test('each number of examples has its own function, with the numbers of the runtime', async () => {
  const program = optimizeLoop(regression());
  const small = await openLoop(program, {}, { examples: 8 });
  const runtime = await openLoop(program);
  for (const batch of [8, 3, 8, 1, 17, 30, 31, 32, 8]) {
    const feeds = feedsOf(4, batch);
    const [own, other] = [await small.run(feeds), await runtime.run(feeds)];
    expect(small.outputNames).toEqual(Object.keys(own));
    for (const [name, { data, dims }] of Object.entries(other)) {
      expect(own[name]!.dims).toEqual(dims);
      const right = data as Float32Array;
      const off = (own[name]!.data as Float32Array).map((each, i) => Math.abs(each - right[i]!));
      expect(Math.max(...off), `${name} of ${batch}`).toBeLessThan(1e-6);
    }
  }
  await Promise.all([small.release(), runtime.release()]);
});

test('a state that goes on is not copied, and another one is taken', async () => {
  const session = await openLoop(optimizeLoop(regression()), {}, { examples: 8 });
  const feeds = feedsOf(6, 8);
  const rows = (tensor: Tensor, from: number, to: number) => {
    const width = tensor.size / 6;
    const part = (tensor.data as Float32Array).slice(from * width, to * width);
    return new Tensor('float32', part, [to - from, ...tensor.dims.slice(1)]);
  };
  const part = (from: number, to: number, w: Tensor) => ({
    ...{ iterations: times(to - from), x: rows(feeds.x, from, to), y: rows(feeds.y, from, to) },
    ...{ w, rate: feeds.rate },
  });
  const whole = await session.run(feeds);
  const first = await session.run(part(0, 2, feeds.w));
  const second = await session.run(part(2, 6, first['w.next']!));
  expect(second['w.next']!.data).toEqual(whole['w.next']!.data);
  const again = await session.run(part(2, 6, first['w.next']!));
  expect(again['w.next']!.data).toEqual(whole['w.next']!.data);
  await session.release();
});
