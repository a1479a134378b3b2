import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import {
  add,
  broadcastLike,
  compile,
  concat,
  constant,
  exp,
  gradient,
  input,
  matmul,
  maximum,
  mean,
  mul,
  reciprocal,
  relu,
  reshape,
  round,
  size,
  softmax,
  split,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  toLoopModel,
  toModel,
  type Value,
  withGradient,
} from '../../../src/graph/index.js';
import { spaced } from '../differences.js';
import { evaluate } from '../evaluate.js';
import { decode, expectAlive, expectWellNamed, graphOf, loopOf, types, w, x } from './graphs.js';

describe('equal sub-expressions', () => {
  it('are written once', () => {
    const twice = add(exp(square(x)), sum(exp(square(x)), { axes: [0] }));
    const graph = graphOf({ inputs: [x], outputs: { twice } });
    expect(types(graph).sort()).toEqual(['Add', 'Exp', 'Mul', 'ReduceSum']);
  });

  it('are written once when they are outputs', async () => {
    const outputs = { a: exp(x), b: square(exp(x)), c: exp(x), d: exp(x) };
    const graph = graphOf({ inputs: [x], outputs });
    expect(types(graph).filter((type) => type === 'Exp')).toHaveLength(1);
    expectWellNamed(graph);
    const results = await evaluate(
      (y) => ({ a: exp(y!), b: square(exp(y!)), c: exp(y!) }),
      [{ shape: [1], data: [0.5] }],
    );
    expect(results.a).toEqual(results.c);
    expect(results.b!.data[0]).toBeCloseTo(Math.E, 14);
  });

  it('share constants of equal dtype, shape and numbers', () => {
    const y = mul(add(x, 2), constant(2));
    const graph = graphOf({ inputs: [x], outputs: { y } });
    expect(graph.initializer).toHaveLength(1);
    const z = mul(add(x, 2), constant([2], [1]));
    expect(graphOf({ inputs: [x], outputs: { z } }).initializer).toHaveLength(2);
  });

  it('keep 0 and −0 apart', async () => {
    const { y } = await evaluate(
      (a) => ({
        y: concat(
          [
            reciprocal(mul(a!, constant([-0], [1], 'float64'))),
            reciprocal(mul(a!, constant([0], [1], 'float64'))),
          ],
          0,
        ),
      }),
      [{ shape: [1], data: [1] }],
    );
    expect(y!.data).toEqual([-Infinity, Infinity]);
  });

  it('write a large constant once, whoever uses it', () => {
    const large = constant(
      Array.from({ length: 600 }, (_, i) => i),
      [200, 3],
    );
    const a = input('a', [200, 3]);
    const y = mul(add(a, large), sub(a, large));
    expect(graphOf({ inputs: [a], outputs: { y } }).initializer).toHaveLength(1);
    const { main, body } = loopOf({
      carried: [{ current: a, next: mul(add(a, large), exp(large)) }],
      steps: [],
      invariant: [],
      outputs: {},
    });
    const rows = ({ dims }: (typeof main.initializer)[number]) => Number(dims![0] ?? 0);
    expect([...main.initializer, ...body.initializer].map(rows)).toEqual([0, 0, 200]);
  });

  it('are told apart by attributes and by the places of inputs', () => {
    const y = sub(sub(softmax(x, 0), softmax(x, 1)), sub(softmax(x, 1), softmax(x, 0)));
    const graph = graphOf({ inputs: [x], outputs: { y } });
    expect(types(graph).sort()).toEqual(['Softmax', 'Softmax', 'Sub', 'Sub', 'Sub']);
  });

  it('are told apart by inputs whose names hold commas', () => {
    const [a, b, ab, c] = ['a', 'b', 'a,b', 'c'].map((name) => input(name, [])) as [
      Value,
      Value,
      Value,
      Value,
    ];
    const bc = input('b,c', []);
    const y = add(maximum(ab, c), maximum(a, bc));
    const graph = graphOf({ inputs: [a, b, ab, c, bc], outputs: { y } });
    expect(types(graph).sort()).toEqual(['Add', 'Max', 'Max']);
  });
});

describe('outputs', () => {
  it('may be an input, a constant, a size, and one value under several names', async () => {
    const results = await evaluate(
      (a) => {
        const y = exp(a!);
        const [left, right] = split(a!, [1, 1], 1);
        return {
          input: a!,
          stopped: stopGradient(a!),
          constant: constant([1, 2], [2], 'float64'),
          stoppedConstant: stopGradient(constant(3, [], 'float64')),
          size: size('batch'),
          first: y,
          second: y,
          left: left!,
          right: right!,
          leftAgain: left!,
        };
      },
      [{ shape: [2, 2], data: [0, 1, 2, 3], symbolic: ['batch', 2] }],
    );
    const e = [0, 1, 2, 3].map(Math.exp);
    expect(results.input!.data).toEqual([0, 1, 2, 3]);
    expect(results.stopped).toEqual(results.input);
    expect(results.constant).toEqual({ dims: [2], data: [1, 2] });
    expect(results.stoppedConstant).toEqual({ dims: [], data: [3] });
    expect(results.size).toEqual({ dims: [], data: [2] });
    results.first!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(e[i]!, 12);
    });
    expect(results.second).toEqual(results.first);
    expect(results.left).toEqual({ dims: [2, 1], data: [0, 2] });
    expect(results.right).toEqual({ dims: [2, 1], data: [1, 3] });
    expect(results.leftAgain).toEqual(results.left);
  });

  it('carry their shapes and dtypes, symbols included', () => {
    const graph = graphOf({
      inputs: [x, w],
      outputs: { y: matmul(x, w), flat: reshape(x, [-1]) },
    });
    const shapes = graph.output.map(({ name, type }) => [
      name,
      type!.tensorType!.elemType,
      type!.tensorType!.shape!.dim!.map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    ]);
    expect(shapes).toEqual([
      ['y', 1, ['batch', 2]],
      ['flat', 1, ['3*batch']],
    ]);
  });

  it('keep names that look like names of intermediate values', async () => {
    const v = ['v0', 'v1', 'v3'].map((name) => input(name, [2])) as [Value, Value, Value];
    const program = {
      inputs: v,
      outputs: { v2: exp(square(add(v[0], v[1]))), v4: square(add(v[0], v[2])) },
    };
    expectWellNamed(graphOf(program));
    const session = await compile(program);
    const fed = new Tensor('float32', Float32Array.of(1, 2), [2]);
    const results = await session.run({ v0: fed, v1: fed, v3: fed });
    expect(Array.from(results.v4!.data as Float32Array)).toEqual([4, 16]);
    await session.release();
  });
});

describe('dead code', () => {
  it('is not written', () => {
    const y = relu(matmul(x, w));
    const dead = tanh(y);
    const [byW] = gradient(sum(y), [w]);
    const graph = graphOf({ inputs: [x, w], outputs: { byW: byW! } });
    expectAlive(graph);
    expect(dead.operation.inputs[0]).toBe(y);
    expect(types(graph)).not.toContain('Tanh');
  });

  it('has no place for values that only a derivative by hand needs', () => {
    const slow = exp(tanh(x));
    const y = withGradient(round(x), [slow], (g) => [g]);
    expect(types(graphOf({ inputs: [x], outputs: { y } }))).toEqual(['Round']);
    const other = input('other', []);
    const z = withGradient(round(x), [other], (g) => [sum(g)]);
    expect(types(graphOf({ inputs: [x], outputs: { z } }))).toEqual(['Round']);
  });

  it('has no place for values of which only the shape is read', () => {
    const y = matmul(x, w);
    const graph = graphOf({ inputs: [x, w], outputs: { y: broadcastLike(constant(1), y) } });
    expect(types(graph)).not.toContain('MatMul');
    const { main, body } = loopOf({
      carried: [{ current: w, next: sub(w, gradient(mean(matmul(x, w)), [w])[0]!) }],
      steps: [x],
      invariant: [],
      outputs: {},
    });
    expectAlive(main);
    // The product itself is not needed, and the mean's gradient does not change.
    expect(types(body).sort()).toEqual(['Gather', 'MatMul', 'Sub', 'Transpose']);
    expect(types(main)).toContain('Expand');
  });

  it('has no place for step inputs that nothing uses', () => {
    const { body } = loopOf({
      carried: [{ current: w, next: mul(w, 2) }],
      steps: [x, input('unused', [])],
      invariant: [],
      outputs: {},
    });
    expect(types(body).sort()).toEqual(['Mul']);
  });
});

describe('symbolic sizes', () => {
  it('follow the tensors fed', async () => {
    const results = await evaluate(
      (a) => ({
        mean: mean(a!),
        rows: mul(size('batch', 'float64'), 1),
        flat: reshape(a!, [-1]),
        pairs: reshape(reshape(a!, [-1]), ['3*batch', 2]),
        back: reshape(exp(reshape(a!, [-1, 2])), ['batch', -1]),
      }),
      [{ shape: [2, 6], data: spaced([2, 6]), symbolic: ['batch', 6] }],
    );
    expect(results.mean!.data[0]).toBeCloseTo(0, 14);
    expect(results.rows!.data).toEqual([2]);
    expect(results.flat!.dims).toEqual([12]);
    expect(results.pairs!.dims).toEqual([6, 2]);
    expect(results.back!.dims).toEqual([2, 6]);
  });

  it('are read from an input that has a multiple only', async () => {
    const { n } = await evaluate(
      () => ({ n: size('5*batch') }),
      [{ shape: [10], data: spaced([10]), symbolic: ['5*batch'] }],
    );
    expect(n!.data).toEqual([10]);
  });

  it('that no input has are refused', () => {
    expect(() => toModel({ inputs: [x], outputs: { n: size('2*time') } })).toThrow(
      new UserError('No input of the program has the dimension time. Give it to one.'),
    );
  });
});

describe('the model', () => {
  it('holds the metadata, the operator set and the producer', () => {
    const model = decode(
      toModel({ inputs: [x], outputs: { y: exp(x) }, metadata: { kind: 'encoder', latent: '2' } }),
    );
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['kind', 'encoder'],
      ['latent', '2'],
    ]);
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 18],
    ]);
    expect(model.producerName).toBe('vaekit');
  });

  it('refuses an input that is not listed', () => {
    expect(() => toModel({ inputs: [x], outputs: { y: matmul(x, w) } })).toThrow(
      new UserError('The program uses the input w, which is not among its inputs. List it there.'),
    );
    expect(() =>
      toLoopModel({
        carried: [{ current: x, next: sum(matmul(x, w), { axes: [1], keepDims: true }) }],
        steps: [],
        invariant: [],
        outputs: {},
      }),
    ).toThrow('The program uses the input w, which is not among its inputs. List it there.');
  });

  it('refuses a name that stands twice', () => {
    const message = (name: string) =>
      new UserError(
        `The program has two inputs or outputs named ${name}. Give each a name of its own.`,
      );
    expect(() => toModel({ inputs: [x], outputs: { x } })).toThrow(message('x'));
    expect(() => toModel({ inputs: [x, input('x', [])], outputs: { y: x } })).toThrow(message('x'));
    const loop = { carried: [{ current: w, next: w }], steps: [], invariant: [], outputs: {} };
    expect(() => toLoopModel({ ...loop, steps: [input('iterations', [])] })).toThrow(
      message('iterations'),
    );
    expect(() => toLoopModel({ ...loop, outputs: { 'w.next': w } })).toThrow(message('w.next'));
    expect(() => toLoopModel({ ...loop, invariant: [w] })).toThrow(message('w'));
  });
});
