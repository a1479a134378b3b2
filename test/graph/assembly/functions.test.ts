import { expect, test } from 'vitest';
import * as graph from '../../../src/graph/index.js';
import { assembledResults, type Build } from './running.js';

const dense = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 20);
const tiny = [1e-4, 3e-4, 5e-4, 1e-6, 1e-20, 1e-30, 2 ** -126, 2 ** -130, 2 ** -149];
const odd = [0, 0.5, 1, 1.5, 2.5, 87.3, 88.7, 88.73, 103, 104, 1e4, 3e38, Number.POSITIVE_INFINITY];
const values = Float32Array.from([
  ...dense,
  ...[...tiny, ...odd].flatMap((each) => [each, -each]),
  Number.NaN,
]);

/** The distance to the right number, in units of its last digit; 0 where both are none, or the same. */
function units(own: number, right: number): number {
  const rounded = Math.fround(right);
  if (Object.is(own, rounded) || own === rounded) return 0;
  const size = Math.max(Math.abs(rounded), 2 ** -126);
  return Math.abs(own - right) / 2 ** (Math.floor(Math.log2(size)) - 23);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Functions, the right numbers, and the units of the last digit by which they may be off. */
const cases: Readonly<
  Record<string, [(x: graph.Value) => graph.Value, (x: number) => number, number]>
> = {
  exp: [graph.exp, Math.exp, 2],
  log: [graph.log, (x) => (x < 0 ? Number.NaN : Math.log(x)), 2],
  tanh: [graph.tanh, Math.tanh, 6],
  relu: [graph.relu, (x) => (x < 0 ? 0 : x), 0],
  'a leaky relu': [(x) => graph.leakyRelu(x, 0.25), (x) => (x > 0 ? x : 0.25 * x), 0],
  'the derivative of relu': [
    graph.step,
    (x) => (Number.isNaN(x) ? x : Math.min(3e38 * Math.max(x, 0), 1)),
    1,
  ],
  reciprocal: [graph.reciprocal, (x) => 1 / x, 1],
  floor: [graph.floor, Math.floor, 0],
  ceil: [graph.ceil, Math.ceil, 0],
  clip: [(x) => graph.clip(x, -1.5, 2), (x) => (x < -1.5 ? -1.5 : x > 2 ? 2 : x), 0],
  'the larger of x and 1 − x': [
    (x) => graph.maximum(x, graph.sub(1, x)),
    (x) => Math.max(x, Math.fround(1 - x)),
    0,
  ],
};

async function valuesOf(build: Build) {
  const given = { shape: [values.length], dims: [values.length], data: values };
  const results = await assembledResults(build, [given]);
  return results!.y!.data as Float32Array;
}

test.for(Object.entries(cases))('%s is right', async ([, [build, right, most]]) => {
  const own = await valuesOf((x) => ({ y: build(x!) }));
  const off = Array.from(values, (x, i) => ({ x, own: own[i]!, off: units(own[i]!, right(x)) }));
  expect(off.filter((each) => !(each.off <= most))).toEqual([]);
});

test('a logistic function is within 10⁻⁷, and within 5 · 10⁻⁶ of itself where it is small', async () => {
  const own = await valuesOf((x) => ({ y: graph.logistic(x!) }));
  const off = Array.from(values, (x, i) => {
    const right = sigmoid(x);
    const distance = Math.abs(own[i]! - right);
    return { x, own: own[i]!, right, distance, share: distance / right };
  }).slice(0, -1);
  expect(off.filter(({ distance }) => !(distance < 1e-7))).toEqual([]);
  expect(off.filter(({ x, share }) => x > -87.3 && !(share < 5e-6))).toEqual([]);
  expect(own.at(-1)).toBeNaN();
});

test('an exponential linear unit is right', async () => {
  const own = await valuesOf((x) => ({ y: graph.elu(x!) }));
  const off = Array.from(values, (x, i) => Math.abs(own[i]! - (x > 0 ? x : Math.expm1(x))));
  expect(off.filter((each) => each > 1e-7 && Number.isFinite(each))).toEqual([]);
});
