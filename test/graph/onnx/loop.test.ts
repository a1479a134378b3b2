import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import {
  add,
  compile,
  compileLoop,
  concat,
  constant,
  dequantize,
  exp,
  gather,
  gradient,
  input,
  type LoopProgram,
  matmul,
  mean,
  mul,
  reciprocal,
  size,
  softplus,
  square,
  sub,
  sum,
  unsqueeze,
  type Value,
} from '../../../src/graph/index.js';
import { spaced } from '../differences.js';
import { expectAlive, expectWellNamed, loopOf, types, w, x } from './graphs.js';

describe('a loop', () => {
  const rate = input('rate', []);
  const images = input('images', [10, 3], 'uint8');
  const picks = input('picks', ['batch'], 'int64');
  const batch = dequantize(gather(images, picks), 1 / 255);
  const y = softplus(matmul(batch, w));
  const loss = mean(square(y));
  const program: LoopProgram = {
    carried: [{ current: w, next: sub(w, mul(rate, gradient(loss, [w])[0]!)) }],
    steps: [picks, rate],
    invariant: [images],
    outputs: { loss, norm: sum(square(w)) },
  };

  it('computes unchanging values outside of its body', () => {
    const scale = exp(input('scale', []));
    const { main, body } = loopOf({
      carried: [{ current: w, next: mul(w, add(scale, reciprocal(size('batch')))) }],
      steps: [x],
      invariant: [scale.operation.inputs[0]!],
      outputs: { loss: mean(matmul(x, w)), constant: exp(constant([1, 2])), factor: scale },
    });
    expect(types(body).sort()).toEqual([
      'Concat',
      'Gather',
      'Identity',
      'Identity',
      'MatMul',
      'Mul',
      'ReduceSum',
    ]);
    expect(types(main).filter((type) => type === 'Exp')).toHaveLength(2);
    expect(types(main)).toEqual(expect.arrayContaining(['Shape', 'Reciprocal', 'Scan']));
    expectWellNamed(main);
    expectAlive(main);
  });

  it('has unique names over graph and body, also where given names look like its own', () => {
    const { main } = loopOf(program);
    expectWellNamed(main);
    expectAlive(main);
    const v = ['v0', 'v1', 'v2', 'v3'].map((name) => input(name, [2])) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const clash = loopOf({
      carried: [{ current: v[0], next: exp(add(v[0], v[1])) }],
      steps: [v[1]],
      invariant: [v[2], v[3]],
      outputs: { v4: exp(add(v[2], v[3])), v5: add(v[0], exp(add(v[2], v[3]))) },
    });
    expectWellNamed(clash.main);
  });

  it('of K steps equals K single steps, bit by bit', async () => {
    const steps = 5;
    const weights = Float32Array.from(spaced([3, 2]));
    const pixels = new Tensor(
      'uint8',
      Uint8Array.from({ length: 30 }, (_, i) => (i * 37) % 256),
      [10, 3],
    );
    const order = BigInt64Array.from({ length: steps * 4 }, (_, i) => BigInt((i * 7) % 10));
    const rates = Float32Array.from({ length: steps }, (_, i) => 0.5 / (i + 1));
    const looped = await compileLoop(program, { threads: 1 });
    const run = async (from: number, count: number, start: Tensor) =>
      looped.run({
        iterations: new Tensor('int64', BigInt64Array.of(BigInt(count)), []),
        w: start,
        picks: new Tensor('int64', order.slice(4 * from, 4 * (from + count)), [count, 4]),
        rate: new Tensor('float32', rates.slice(from, from + count), [count]),
        images: pixels,
      });
    const start = new Tensor('float32', weights, [3, 2]);
    const together = await run(0, steps, start);
    expect(together.loss!.dims).toEqual([steps]);
    const { current, next } = program.carried[0]!;
    const single = await compile(
      { inputs: [current, picks, rate, images], outputs: { next, ...program.outputs } },
      { threads: 1 },
    );
    let byLoop: Tensor = start;
    let bySteps: Tensor = start;
    for (let step = 0; step < steps; step++) {
      const one = await run(step, 1, byLoop);
      const plain = await single.run({
        w: bySteps,
        picks: new Tensor('int64', order.slice(4 * step, 4 * step + 4), [4]),
        rate: new Tensor('float32', rates.slice(step, step + 1), []),
        images: pixels,
      });
      for (const name of ['loss', 'norm']) {
        expect(one[name]!.data[0]).toBe(together[name]!.data[step]);
        expect(plain[name]!.data[0]).toBe(together[name]!.data[step]);
      }
      byLoop = one['w.next']!;
      bySteps = plain.next!;
    }
    expect(byLoop.data).toEqual(together['w.next']!.data);
    expect(bySteps.data).toEqual(together['w.next']!.data);
    expect(together['w.next']!.data).not.toEqual(weights);
    await looped.release();
    await single.release();
  });

  it('puts out inputs, constants and carried values, also twice', async () => {
    const a = input('a', [2]);
    const b = input('b', [2]);
    const c = input('c', [2]);
    const next = add(a, b);
    const session = await compileLoop({
      carried: [
        { current: a, next },
        { current: c, next: c },
        { current: input('d', []), next: constant(4) },
      ],
      steps: [b],
      invariant: [],
      outputs: { before: a, entry: b, next, again: next, same: c, fixed: constant([7]) },
    });
    const results = await session.run({
      iterations: new Tensor('int64', BigInt64Array.of(2n), []),
      a: new Tensor('float32', Float32Array.of(1, 2), [2]),
      b: new Tensor('float32', Float32Array.of(10, 20, 30, 40), [2, 2]),
      c: new Tensor('float32', Float32Array.of(5, 6), [2]),
      d: new Tensor('float32', Float32Array.of(0), []),
    });
    const data = Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
    );
    expect(data).toEqual({
      'a.next': [41, 62],
      'c.next': [5, 6],
      'd.next': [4],
      before: [1, 2, 11, 22],
      entry: [10, 20, 30, 40],
      next: [11, 22, 41, 62],
      again: [11, 22, 41, 62],
      same: [5, 6, 5, 6],
      fixed: [7, 7],
    });
    await session.release();
  });

  it('reads symbolic sizes of carried, step and invariant inputs', async () => {
    const [carried, step, fixed] = ['carried', 'step', 'fixed'].map((name) =>
      input(name, [`${name} size`, 2]),
    ) as [Value, Value, Value];
    const sizes = (dtype: 'float32' | 'int64') => [
      size('carried size', dtype),
      size('step size', dtype),
      size('2*fixed size', dtype),
    ];
    const session = await compileLoop({
      carried: [{ current: carried, next: carried }],
      steps: [step],
      invariant: [fixed],
      outputs: {
        floats: concat(
          sizes('float32').map((n) => unsqueeze(n, [0])),
          0,
        ),
        integers: concat(
          sizes('int64').map((n) => unsqueeze(n, [0])),
          0,
        ),
      },
    });
    const zeros = (...shape: number[]) =>
      new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    const results = await session.run({
      iterations: new Tensor('int64', BigInt64Array.of(1n), []),
      carried: zeros(3, 2),
      step: zeros(1, 4, 2),
      fixed: zeros(5, 2),
    });
    expect(Array.from(results.floats!.data as Float32Array)).toEqual([3, 4, 10]);
    expect(Array.from(results.integers!.data as BigInt64Array)).toEqual([3n, 4n, 10n]);
    await session.release();
  });
});
