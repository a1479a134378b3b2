import fc from 'fast-check';
import onnxProto, { type onnx } from 'onnx-proto';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/data/errors.js';
import {
  add,
  broadcastLike,
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
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  mul,
  negate,
  type Program,
  reciprocal,
  relu,
  reshape,
  round,
  sigmoid,
  size,
  slice,
  softmax,
  softplus,
  split,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  toLoopModel,
  toModel,
  transpose,
  unsqueeze,
  type Value,
  withGradient,
} from '../../../src/graph/index.js';
import { inputName } from '../../../src/graph/program.js';
import { spaced } from '../differences.js';
import { evaluate } from '../evaluate.js';

const decode = (model: Uint8Array) => onnxProto.onnx.ModelProto.decode(model);

const graphOf = (program: Program) => decode(toModel(program)).graph as onnx.GraphProto;

const types = (graph: onnx.IGraphProto) => (graph.node ?? []).map((node) => node.opType);

/** A loop's main graph and the graph of its body. */
function loopOf(program: LoopProgram) {
  const main = decode(toLoopModel(program)).graph as onnx.GraphProto;
  const loop = main.node.find((node) => node.opType === 'Scan')!;
  return { main, body: loop.attribute!.find((one) => one.name === 'body')!.g as onnx.GraphProto };
}

/** Every name that a graph or its subgraphs define. */
function defined(graph: onnx.IGraphProto): string[] {
  return [
    ...graph.input!.map(({ name }) => name!),
    ...graph.initializer!.map(({ name }) => name!),
    ...graph.node!.flatMap(({ output, attribute }) => [
      ...output!,
      ...attribute!.flatMap(({ g }) => (g ? defined(g) : [])),
    ]),
  ];
}

/** Checks that names are defined once, and before they are used. */
function expectWellNamed(graph: onnx.IGraphProto, outer: readonly string[] = []): void {
  const all = defined(graph);
  expect(new Set(all).size).toBe(all.length);
  const known = new Set([
    ...outer,
    ...graph.input!.map(({ name }) => name!),
    ...graph.initializer!.map(({ name }) => name!),
  ]);
  for (const { input: needed, output, attribute } of graph.node!) {
    for (const name of needed!) expect(name === '' || known.has(name), name).toBe(true);
    for (const { g } of attribute!) if (g) expectWellNamed(g, [...known]);
    for (const name of output!) known.add(name);
  }
  const outputs = graph.output!.map(({ name }) => name!);
  expect(new Set(outputs).size).toBe(outputs.length);
  const own = new Set(graph.node!.flatMap(({ output }) => output!));
  for (const name of outputs) expect(own.has(name), name).toBe(true);
  const nodes = graph.node!.map(({ name }) => name);
  expect(new Set(nodes).size).toBe(nodes.length);
}

/** Checks that each node and initializer leads to an output. */
function expectAlive(graph: onnx.IGraphProto): void {
  const needed = (one: onnx.IGraphProto): string[] => [
    ...one.output!.map(({ name }) => name!),
    ...one.node!.flatMap((node) => [
      ...node.input!,
      ...node.attribute!.flatMap(({ g }) => (g ? needed(g) : [])),
    ]),
  ];
  const used = new Set(needed(graph));
  const walk = (one: onnx.IGraphProto) => {
    for (const { name } of one.initializer!) expect(used.has(name!), name!).toBe(true);
    for (const { output, attribute } of one.node!) {
      expect(
        output!.some((name) => used.has(name)),
        output!.join(),
      ).toBe(true);
      for (const { g } of attribute!) if (g) walk(g);
    }
  };
  walk(graph);
}

const x = input('x', ['batch', 3]);
const w = input('w', [3, 2]);

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

  it('keep names that look like those of intermediate values', async () => {
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

  it('has no place for what only a derivative by hand needs', () => {
    const slow = exp(tanh(x));
    const y = withGradient(round(x), [slow], (g) => [g]);
    expect(types(graphOf({ inputs: [x], outputs: { y } }))).toEqual(['Round']);
    const other = input('other', []);
    const z = withGradient(round(x), [other], (g) => [sum(g)]);
    expect(types(graphOf({ inputs: [x], outputs: { z } }))).toEqual(['Round']);
  });

  it('has no place for what only a shape is read of', () => {
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

  it('has outside of its body what does not change', () => {
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

describe('symbolic sizes', () => {
  it('are those of the tensors fed', async () => {
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

/** One operator of a random program, and the places of its operands among the values so far. */
interface Instruction {
  readonly operator: number;
  readonly operands: readonly [number, number];
}

/** Operators that take and give square matrices of the same size and keep numbers moderate. */
const random: readonly ((a: Value, b: Value) => Value)[] = [
  (a, b) => mul(add(a, b), 0.5),
  (a, b) => sub(a, tanh(b)),
  (a, b) => mul(sigmoid(a), b),
  (a, b) => maximum(a, negate(b)),
  (a, b) => mul(matmul(a, b), 0.25),
  (a) => transpose(a),
  (a) => tanh(a),
  (a) => relu(a),
  (a) => softmax(a, 0),
  (a, b) => sub(a, mean(b, { axes: [1], keepDims: true })),
  (a, b) => add(a, tanh(sum(b, { axes: [0] }))),
  (a, b) => mul(a, exp(negate(square(tanh(max(b)))))),
  (a, b) => concat([slice(a, [{ axis: 0, end: 1 }]), slice(b, [{ axis: 0, start: 1 }])], 0),
  (a) => reshape(reshape(a, [-1]), [3, 3]),
  (a, b) => sub(a, logSumExp(b, { axes: [-1], keepDims: true })),
  (a) => add(a, constant([0.5, -0.5, 0.25])),
  (a) => stopGradient(softplus(a)),
];

const instructions = fc.array(
  fc.record({
    operator: fc.nat({ max: random.length - 1 }),
    operands: fc.tuple(fc.nat(), fc.nat()),
  }),
  { minLength: 1, maxLength: 12 },
);

/** All values of a program; what is written twice is made anew, so that sharing has work to do. */
function build(program: readonly Instruction[], inputs: readonly Value[]): Value[] {
  const values = [...inputs];
  for (const { operator, operands } of program) {
    const [a, b] = operands.map((place) => values[place % values.length]!) as [Value, Value];
    values.push(random[operator]!(a, b));
  }
  return values;
}

describe('random programs', () => {
  const square3 = (name: string) => input(name, [3, 3]);
  const current = square3('current');
  const each = square3('each');
  const fixed = square3('fixed');
  const inputs = [current, each, fixed];
  const numbers = (seed: number, count = 1) =>
    Float32Array.from(spaced([count, 3, 3], -1, 1, seed));

  it('give in one loop, step by step and value by value the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(instructions, async (program) => {
        const values = build(program, inputs);
        const last = values.at(-1)!;
        // The same again, from new operations: sharing must find the first.
        const again = build(program, inputs).at(-1)!;
        const next = tanh(add(last, gradient(sum(square(last)), [current])[0]!));
        const loopProgram: LoopProgram = {
          carried: [{ current, next }],
          steps: [each],
          invariant: [fixed],
          outputs: { last, again },
        };
        const { main, body } = loopOf(loopProgram);
        expectWellNamed(main);
        expectAlive(main);
        const written = [...main.node, ...body.node]
          .filter(({ opType }) => opType !== 'Identity' && opType !== 'Scan')
          .map(({ opType, input: needed, attribute }) =>
            JSON.stringify([opType, needed, attribute]),
          );
        expect(new Set(written).size).toBe(written.length);

        const steps = 3;
        const entries = numbers(2, steps);
        const looped = await compileLoop(loopProgram, { threads: 1 });
        const results = await looped.run({
          iterations: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
          current: new Tensor('float32', numbers(1), [3, 3]),
          each: new Tensor('float32', entries, [steps, 3, 3]),
          fixed: new Tensor('float32', numbers(3), [3, 3]),
        });
        await looped.release();
        const single = await compile({ inputs, outputs: { next, last } }, { threads: 1 });
        let state: Tensor = new Tensor('float32', numbers(1), [3, 3]);
        for (let step = 0; step < steps; step++) {
          const place: [number, number] = [9 * step, 9 * (step + 1)];
          const one = await single.run({
            current: state,
            each: new Tensor('float32', entries.slice(...place), [3, 3]),
            fixed: new Tensor('float32', numbers(3), [3, 3]),
          });
          for (const name of ['last', 'again']) {
            expect((results[name]!.data as Float32Array).slice(...place)).toEqual(one.last!.data);
          }
          state = one.next!;
        }
        expect(results['current.next']!.data).toEqual(state.data);
        await single.release();
      }),
      { numRuns: 100 },
    );
  });

  it('give with sharing what each operator alone gives', async () => {
    await fc.assert(
      fc.asyncProperty(instructions, async (program) => {
        const values = build(program, inputs);
        const session = await compile(
          { inputs, outputs: { y: add(values.at(-1)!, build(program, inputs).at(-1)!) } },
          { threads: 1 },
        );
        const fed: Record<string, Tensor> = Object.fromEntries(
          inputs.map((value, i) => [
            inputName(value),
            new Tensor('float32', numbers(i + 1), [3, 3]),
          ]),
        );
        const { y } = await session.run(fed);
        await session.release();
        // One model an operator: its operands are fed, so nothing is shared between them.
        const results = inputs.map((value) => fed[inputName(value)]!);
        for (const { operator, operands } of program) {
          const [a, b] = [square3('a'), square3('b')];
          const [left, right] = operands.map((place) => results[place % results.length]!);
          const alone = await compile(
            { inputs: [a, b], outputs: { y: random[operator]!(a, b) } },
            { threads: 1 },
          );
          results.push((await alone.run({ a: left!, b: right! })).y!);
          await alone.release();
        }
        const last = results.at(-1)!.data as Float32Array;
        (y!.data as Float32Array).forEach((value, i) => {
          expect(Math.abs(value - 2 * last[i]!)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 25 },
    );
  });
});
