import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import {
  add,
  compile,
  compileLoop,
  exp,
  input,
  mul,
  sqrt,
  sub,
  sum,
} from '../../../src/graph/index.js';
import { deferOutputs } from '../../../src/graph/onnx/deferred.js';
import type { LoopProgram, Values } from '../../../src/graph/program.js';

const w = input('w', [3]);
const x = input('x', [3]);
const beta = input('beta', []);
const distance = sum(mul(sub(w, x), sub(w, x)));
const length = sum(mul(w, w));
const next = sub(w, mul(sub(w, x), 0.1));

const program = (outputs: Values, after = next): LoopProgram => ({
  carried: [{ current: w, next: after }],
  steps: [x],
  invariant: [beta],
  outputs,
});

const found = (given: LoopProgram) => {
  const { collected, outputs } = deferOutputs(given, 'iterations');
  return { numbers: collected.map(({ value }) => value), names: [...outputs.keys()] };
};

const root = sqrt(distance);
const loss = add(mul(root, 0.5), mul(length, beta));

describe('behind a loop', () => {
  test('functions of its numbers that outputs alone need are computed', () => {
    expect(found(program({ loss, root, length }))).toEqual({
      numbers: [distance, length],
      names: ['loss', 'root'],
    });
  });

  test('is nothing that the next iteration needs', () => {
    const needy = program({ loss, root }, mul(next, root));
    expect(found(needy)).toEqual({ numbers: [root, length], names: ['loss'] });
    expect(found(program({ loss }, mul(next, loss)))).toEqual({ numbers: [], names: [] });
  });

  test('is no function whose bits depend on how many numbers it is given', () => {
    const power = exp(distance);
    const { numbers, names } = found(program({ power, double: mul(power, 2) }));
    expect(names).toEqual(['double']);
    expect(numbers).toEqual([power]);
  });

  test('is nothing for which more numbers would be put out than before', () => {
    expect(found(program({ loss }))).toEqual({ numbers: [], names: [] });
  });

  test('numbers are the same bits as by single steps', async () => {
    const outputs = { loss, again: loss, root, twice: mul(root, 2), length };
    const looped = await compileLoop(program(outputs), { threads: 1 });
    const single = await compile({ inputs: [w, x, beta], outputs: { next, ...outputs } });
    const steps = 5;
    const entries = Float32Array.from({ length: 3 * steps }, (_, i) => Math.sin(i));
    const start = new Tensor('float32', Float32Array.of(0.3, -0.2, 1.7), [3]);
    const factor = new Tensor('float32', Float32Array.of(0.7), []);
    const results = await looped.run({
      iterations: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
      w: start,
      x: new Tensor('float32', entries, [steps, 3]),
      beta: factor,
    });
    let state: Tensor = start;
    for (let step = 0; step < steps; step++) {
      const entry = new Tensor('float32', entries.slice(3 * step, 3 * step + 3), [3]);
      const one = await single.run({ w: state, x: entry, beta: factor });
      for (const name of Object.keys(outputs)) {
        expect(results[name]!.dims).toEqual([steps]);
        expect(results[name]!.data[step]).toBe(one[name]!.data[0]);
      }
      state = one.next!;
    }
    await Promise.all([looped.release(), single.release()]);
  });
});
