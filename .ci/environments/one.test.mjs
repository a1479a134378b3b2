import { fromArray } from 'vaekit';
import { train } from './train.mjs';

/* Tests for runners that have `test` and `expect` as globals, and may have realms of their own. */
test('a model trains as elsewhere', async () => {
  const expected = JSON.parse(process.env.EXPECTED);
  const numbers = await train();
  expect(numbers.length).toBe(expected.length);
  for (const [i, each] of numbers.entries()) expect(each).toBeCloseTo(expected[i], 5);
}, 60_000);

test('arrays of another realm are taken', () => {
  const data = fromArray(structuredClone(Float32Array.of(0, 0.25, 0.5, 1)), [1, 2, 2]);
  expect([data.dtype, data.images.type]).toEqual(['float32', 'float32']);
});
