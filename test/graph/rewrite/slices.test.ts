import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { compile, input, slice, toModel, type Value } from '../../../src/graph/index.js';
import { rewrite } from '../../../src/graph/rewrite/rewrite.js';
import { sliceRules } from '../../../src/graph/rewrite/slices.js';
import { createSession } from '../../../src/runtime/node.js';

const size = 20;
const whole = input('whole', [size]);
const part = (start: number, end: number, step = 1) =>
  slice(whole, [{ axis: 0, start, end, step }]);

const cut = (values: readonly Value[]) => rewrite(values, sliceRules(values));
const types = (values: readonly Value[]) => values.map(({ operation }) => operation.type);

async function numbersOf(values: readonly Value[], optimized: boolean): Promise<number[][]> {
  const outputs = Object.fromEntries(values.map((value, i) => [`y${i}`, value]));
  const program = { inputs: [whole], outputs };
  const session = optimized ? await compile(program) : await createSession(toModel(program));
  const fed = Float32Array.from({ length: size }, (_, i) => i);
  const results = await session.run({ whole: new Tensor('float32', fed, [size]) });
  await session.release();
  return values.map((_, i) => Array.from(results[`y${i}`]!.data as Float32Array));
}

const cases = {
  'next to each other': [part(0, 5), part(5, 6), part(6, 20)],
  'with gaps, out of order': [part(11, 18), part(1, 4), part(5, 9)],
  'twice the same': [part(0, 8), part(8, 12), part(8, 12), part(12, 20)],
  'overlapping others': [part(0, 8), part(8, 12), part(12, 20), part(6, 14), part(0, 20)],
};

describe('slices of one value', () => {
  test.each(Object.entries(cases))('%s give the same in one split', async (_, values) => {
    const made = cut(values);
    const splits = made.filter(({ operation }) => operation.type === 'Split');
    expect(splits.length).toBeGreaterThanOrEqual(3);
    expect(new Set(splits.map(({ operation }) => operation)).size).toBe(1);
    expect(await numbersOf(made, false)).toEqual(await numbersOf(values, false));
    expect(await numbersOf(values, true)).toEqual(await numbersOf(values, false));
  });

  test('stay where a split gains nothing', () => {
    const few = [part(0, 10), part(10, 20)];
    const small = [part(0, 2), part(2, 4), part(4, 6)];
    const stepped = [part(0, 10, 2), part(10, 16, 2), part(16, 20, 2)];
    for (const values of [few, small, stepped]) {
      expect(types(cut(values))).toEqual(values.map(() => 'Slice'));
    }
  });
});
