import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import * as graph from '../../../src/graph/index.js';
import { toInPlaceStep } from '../../../src/graph/kernel/index.js';
import { StepMemory } from '../../../src/runtime/in-place/memory.js';
import { openNative } from '../../../src/runtime/native.node.js';

const { input, constant, greater, less, where, abs, add, sub, mul, div, sqrt, negate, sign } =
  graph;

/** Pairs of numbers, with all that is odd among float32 numbers. */
const odd = [0, -0, 1, -1, 0.1, -3.7, 1e-30, -1e30, 3e38, Number.POSITIVE_INFINITY];
const special = [...odd, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** -149, -(2 ** -130)];
const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
const count = pairs.length;
const [firsts, seconds] = [0, 1].map((side) => Float32Array.from(pairs, (pair) => pair[side]!));

const [a, b, rate] = [input('a', [count]), input('b', [count]), input('rate', [])];

const results = {
  'a + b': add(a, b),
  'a − b': sub(a, b),
  'a · b': mul(a, b),
  'a / b': div(a, b),
  '√a': sqrt(a),
  '|a|': abs(a),
  '−a': negate(a),
  'sign a': sign(a),
  'a number': add(mul(a, rate), 0.3),
  'two numbers': mul(a, div(sub(rate, 0.5), add(rate, 3))),
  'the larger': graph.maximum(a, b),
  'the smaller': graph.minimum(a, b),
  'a choice by an array': where(greater(a, b), a, mul(b, 2)),
  'a choice by a number': where(greater(rate, 0.5), a, b),
  'a choice of both': where(graph.and(less(a, 1), graph.not(graph.equal(a, b))), a, rate),
  'a constant': mul(a, constant(firsts!.map((_, i) => i / 7))),
  'the same': b,
};

/** The bits of numbers; all that are none have the same. */
const bitsOf = (values: Float32Array) =>
  Array.from(new Int32Array(values.slice().buffer), (bits, i) =>
    Number.isNaN(values[i]) ? 'NaN' : bits,
  );

/** Tells operators that choose the larger or the smaller: of 0 and −0 it depends on the processor. */
const isOfZeros = (name: string) => /larger|smaller/.test(name);

/** A step that has the result as the next `a`, keeps `b`, and sums the rate up. */
const stepOf = (next: graph.Value): graph.LoopProgram => {
  const total = input('total', []);
  return {
    carried: [
      { current: a, next },
      { current: b, next: b },
      { current: total, next: add(total, rate) },
    ],
    steps: [rate],
    invariant: [],
    outputs: { doubled: mul(total, 2) },
  };
};

test.each(Object.entries(results))('%s has the bits of the runtime', async (name, result) => {
  const next = isOfZeros(name) ? add(result, rate) : result;
  const step = toInPlaceStep(stepOf(next))!;
  const memory = new StepMemory(step);
  const slots = [...step.state, ...step.numbers, ...step.outputs];
  const at = (name: string) => {
    const { address, dims } = slots.find((slot) => slot.name === name)!;
    return memory.view(address, dims[0] ?? 1);
  };
  at('a').set(firsts!);
  at('b').set(seconds!);
  at('total')[0] = 5;
  at('rate')[0] = 0.7;
  memory.update();

  const model = graph.toModel({
    inputs: [a, b, rate],
    outputs: { next: graph.reshape(next, [-1]) },
  });
  const session = await openNative(model, { threads: 1 }, false);
  const feeds = {
    a: new Tensor('float32', firsts!, [count]),
    b: new Tensor('float32', seconds!, [count]),
    rate: new Tensor('float32', [0.7], []),
  };
  const wanted = await session.run(feeds);
  expect(bitsOf(at('a'))).toEqual(bitsOf(wanted.next!.data as Float32Array));
  expect(bitsOf(at('b'))).toEqual(bitsOf(seconds!));
  expect(at('total')[0]).toBe(Math.fround(5 + Math.fround(0.7)));
  // Outputs follow from the step's beginning.
  expect(at('doubled')[0]).toBe(10);
  await session.release();
});
