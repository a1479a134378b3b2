import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import {
  add,
  compile,
  compileLoop,
  concat,
  constant,
  exp,
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
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  softplus,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  type Value,
} from '../../../src/graph/index.js';
import { inputName } from '../../../src/graph/program.js';
import { spaced } from '../differences.js';
import { expectAlive, expectWellNamed, loopOf } from './graphs.js';

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

/** All values of a program; an instruction given twice makes two values, so that sharing has work to do. */
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

  it('give the same with sharing as operator by operator', async () => {
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
