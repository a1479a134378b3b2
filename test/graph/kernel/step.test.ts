import { expect, test } from 'vitest';
import {
  add,
  constant,
  input,
  type LoopProgram,
  mul,
  relu,
  sub,
  sum,
} from '../../../src/graph/index.js';
import { toInPlaceStep } from '../../../src/graph/kernel/index.js';
import { StepMemory } from '../../../src/runtime/in-place/memory.js';
import type { InPlaceStep } from '../../../src/runtime/session.js';

/** A step's memory, with numbers by the names of state, numbers and outputs. */
function running(step: InPlaceStep) {
  const memory = new StepMemory(step);
  const slots = [...step.state, ...step.numbers, ...step.outputs];
  const at = (name: string) => {
    const { address, dims } = slots.find((slot) => slot.name === name)!;
    return memory.view(
      address,
      dims.reduce((product, size) => product * size, 1),
    );
  };
  return { memory, at };
}

test('states follow from those of the step before, though they lie in the same memory', () => {
  const [a, b] = [input('a', [5]), input('b', [5])];
  const [n, m, rate] = [input('n', []), input('m', []), input('rate', [])];
  const step = toInPlaceStep({
    carried: [
      { current: a, next: b },
      { current: b, next: a },
      { current: n, next: add(n, m) },
      { current: m, next: sub(n, rate) },
    ],
    steps: [rate],
    invariant: [],
    outputs: { both: mul(a, n), first: n },
  })!;
  expect([step.termSlots, step.whole]).toEqual([[], []]);
  const { memory, at } = running(step);
  at('a').set([1, 2, 3, 4, 5]);
  at('b').set([6, 7, 8, 9, 10]);
  at('n')[0] = 2;
  at('m')[0] = 40;
  at('rate')[0] = 0.5;
  memory.update();
  memory.update();
  expect([...at('a')]).toEqual([1, 2, 3, 4, 5]);
  expect([...at('b')]).toEqual([6, 7, 8, 9, 10]);
  // n is 42 and m 1.5 after one step.
  expect([at('n')[0], at('m')[0]]).toEqual([43.5, 41.5]);
  expect([...at('both')]).toEqual([6, 7, 8, 9, 10].map((each) => each * 42));
  expect(at('first')[0]).toBe(42);
});

test('a state that no step changes stays, and constants are there', () => {
  const [a, kept] = [input('a', [3]), input('kept', [2])];
  const step = toInPlaceStep({
    carried: [
      { current: a, next: mul(a, constant([1, 10, 100])) },
      { current: kept, next: kept },
    ],
    steps: [],
    invariant: [],
    outputs: {},
  })!;
  const { memory, at } = running(step);
  at('a').set([1, 2, 3]);
  at('kept').set([7, 8]);
  memory.update();
  expect([...at('a'), ...at('kept')]).toEqual([1, 20, 300, 7, 8]);
});

test('the runtime computes all that is not number by number', () => {
  const [a, row] = [input('a', [2, 3]), input('row', [3])];
  const step = toInPlaceStep({
    carried: [
      // A row is added to each of the matrix; a rectifier is none of the kernel's operators.
      { current: a, next: mul(add(a, row), 2) },
      { current: row, next: sub(relu(row), 1) },
    ],
    steps: [],
    invariant: [],
    outputs: {},
  })!;
  expect(step.termSlots.map(({ dims }) => dims)).toEqual([[2, 3], [3]]);
  const { memory, at } = running(step);
  memory.view(step.termSlots[0]!.addresses[0]!, 6).set([1, 2, 3, 4, 5, 6]);
  memory.view(step.termSlots[1]!.addresses[0]!, 3).set([0, 1, 2]);
  memory.update();
  expect([...at('a'), ...at('row')]).toEqual([2, 4, 6, 8, 10, 12, -1, 0, 1]);
});

test('microbatches are summed up by halves, as two ranks would', () => {
  const a = input('a', [6]);
  const x = input('x', ['batch', 6]);
  const [share, total] = [input('share', []), input('total', [6])];
  const whole: LoopProgram = {
    carried: [{ current: a, next: add(total, mul(a, 0)) }],
    steps: [x],
    invariant: [],
    outputs: {},
  };
  const term = mul(sum(x, { axes: [0] }), share);
  const numbers = (seed: number) =>
    Float32Array.from({ length: 6 }, (_, i) => 1e3 ** Math.sin(seed * 7 + i));
  const summed = (list: readonly Float32Array[]) =>
    list.reduce((all, each) => all.map((sum, i) => sum + each[i]!), new Float32Array(6));
  for (const count of [2, 3, 4, 7, 8]) {
    const sums = [{ term, total }];
    const microbatches = { dimension: 'batch', size: 1, count, share, sums };
    const step = toInPlaceStep({ ...whole, microbatches })!;
    const { memory, at } = running(step);
    const pieces = step.termSlots[0]!.addresses.map((address, i) => {
      memory.view(address, 6).set(numbers(i));
      return numbers(i);
    });
    memory.update();
    const middle = Math.ceil(count / 2);
    const ranks = [summed(pieces.slice(0, middle)), summed(pieces.slice(middle))];
    expect([...at('a')]).toEqual([...summed(ranks)]);
  }
});

test('a step without state, or of other numbers than float32, has no kernel', () => {
  const x = input('x', [3]);
  expect(
    toInPlaceStep({ carried: [], steps: [x], invariant: [], outputs: { x: mul(x, 2) } }),
  ).toBeUndefined();
  const count = input('count', [], 'int32');
  const carried = [{ current: count, next: count }];
  expect(toInPlaceStep({ carried, steps: [], invariant: [], outputs: {} })).toBeUndefined();
});
