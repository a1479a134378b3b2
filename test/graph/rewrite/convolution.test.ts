import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { createSession } from '#runtime';
import {
  compile,
  conv2d,
  convTranspose2d,
  gradient,
  input,
  mul,
  sum,
  toModel,
  type Value,
  type Window,
} from '../../../src/graph/index.js';
import { fits, numbers, pair } from './images.js';

interface Setting {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: [number, number];
  readonly kernel: [number, number];
  readonly window: Window;
  readonly outputPadding: [number, number];
  readonly bias: boolean;
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    perGroup: fc.constantFrom(1, 2, 5, 8, 12),
    filtersPerGroup: fc.constantFrom(1, 3, 9),
    groups: fc.constantFrom(1, 1, 1, 2),
    size: pair(1, 7),
    kernel: pair(1, 4),
    // Convolutions that narrow have a form of their own with stride 1.
    strides: fc.oneof(fc.constant<[number, number]>([1, 1]), pair(1, 3)),
    pads: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4)),
    dilations: fc.constantFrom<[number, number]>([1, 1], [1, 1], [2, 1], [2, 2]),
    outputPadding: pair(0, 2),
    bias: fc.boolean(),
  })
  .map(
    ({ perGroup, filtersPerGroup, groups, strides, pads, dilations, outputPadding, ...rest }) => ({
      ...rest,
      channels: perGroup * groups,
      filters: filtersPerGroup * groups,
      window: { strides, pads, dilations, groups },
      outputPadding: outputPadding.map((each, axis) => Math.min(each, strides[axis]! - 1)) as [
        number,
        number,
      ],
    }),
  )
  .filter(fits);

/** The program as plain ONNX operators, and as the matrix products that run. */
function program(setting: Setting, transposed: boolean) {
  const { batch, channels, filters, size, kernel, window, outputPadding, bias } = setting;
  const weightShape = transposed
    ? [channels, filters / window.groups, ...kernel]
    : [filters, channels / window.groups, ...kernel];
  const x = input('x', ['batch', channels, ...size]);
  const w = input('w', weightShape);
  const b = input('b', [filters]);
  const y = transposed
    ? convTranspose2d(x, w, bias ? b : undefined, window, outputPadding)
    : conv2d(x, w, bias ? b : undefined, window);
  const feeds = { x: [batch, channels, ...size], w: weightShape, b: [filters] };
  return { x, w, b, y, feeds: bias ? feeds : { x: feeds.x, w: feeds.w } };
}

const tensors = (feeds: Record<string, readonly number[]>) =>
  Object.fromEntries(Object.entries(feeds).map(([name, shape], i) => [name, numbers(shape, i)]));

function expectClose(a: Tensor, b: Tensor): void {
  expect(a.dims).toEqual(b.dims);
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  const scale = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  left.forEach((value, i) => {
    expect(Math.abs(value - right[i]!)).toBeLessThan(2e-5 * scale);
  });
}

async function expectSameAsOperators(setting: Setting, transposed: boolean): Promise<void> {
  const { y, feeds, ...values } = program(setting, transposed);
  const inputs = Object.keys(feeds).map((name) => values[name as 'x']);
  const [plain, products] = await Promise.all([
    createSession(toModel({ inputs, outputs: { y } }), { threads: 1 }),
    compile({ inputs, outputs: { y } }, { threads: 1 }),
  ]);
  const fed = tensors(feeds);
  const [expected, result] = [await plain.run(fed), await products.run(fed)];
  expect(result.y!.dims.slice(1)).toEqual(y.shape.slice(1));
  expectClose(result.y!, expected.y!);
  await Promise.all([plain.release(), products.release()]);
}

test.each([false, true])(
  'matrix products give the same as ONNX operators (transposed: %s)',
  async (transposed) => {
    await fc.assert(
      fc.asyncProperty(settings, (setting) => expectSameAsOperators(setting, transposed)),
      { numRuns: 60 },
    );
  },
  120_000,
);

test.each(
  [
    { what: 'some', size: 1, kernel: 7, padding: 3, dilation: 1 },
    { what: 'the first and the last', size: 3, kernel: 7, padding: 4, dilation: 1 },
    { what: 'all', size: 1, kernel: 2, padding: 5, dilation: 10 },
  ].flatMap((each) => [false, true].map((transposed) => ({ ...each, transposed }))),
)('taps that fall outside the image: $what (transposed: $transposed)', async (each) => {
  const { size, kernel, padding, dilation, transposed } = each;
  const setting: Setting = {
    batch: 2,
    channels: 8,
    filters: 1,
    size: [size, size],
    kernel: [kernel, kernel],
    window: {
      strides: [1, 1],
      pads: [padding, padding, padding, padding],
      dilations: [dilation, dilation],
      groups: 1,
    },
    outputPadding: [0, 0],
    bias: true,
  };
  await expectSameAsOperators(setting, transposed);
});

/**
 * A convolution is linear in its image and in its weight, so its gradients are exactly the changes
 * that single elements make: no step size is needed.
 */
test.each([false, true])(
  'gradients equal the changes of single elements (transposed: %s)',
  async (transposed) => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const { y, feeds, ...values } = program(setting, transposed);
        const names = Object.keys(feeds) as ('x' | 'w' | 'b')[];
        const inputs = names.map((name) => values[name]);
        const output = y.shape.slice(1) as number[];
        const weights = input('weights', ['batch', ...output]);
        const loss = sum(mul(y, weights));
        const outputs: Record<string, Value> = { loss };
        gradient(loss, inputs).forEach((each, i) => {
          outputs[`d${names[i]}`] = each;
        });
        const session = await compile({ inputs: [...inputs, weights], outputs }, { threads: 1 });
        const fed = {
          ...tensors(feeds),
          weights: numbers([setting.batch, ...output], 7),
        } as Record<string, Tensor>;
        const results = await session.run(fed);
        for (const name of names) {
          const derivative = results[`d${name}`]!;
          expect(derivative.dims).toEqual(fed[name]!.dims);
          const count = fed[name]!.size;
          for (let trial = 0; trial < 4; trial++) {
            const at = (trial * 7919) % count;
            const changed = (fed[name]!.data as Float32Array).slice();
            changed[at]! += 1;
            const moved = await session.run({
              ...fed,
              [name]: new Tensor('float32', changed, fed[name]!.dims),
            });
            const change =
              (moved.loss!.data as Float32Array)[0]! - (results.loss!.data as Float32Array)[0]!;
            expect(change).toBeCloseTo((derivative.data as Float32Array)[at]!, 2);
          }
        }
        await session.release();
      }),
      { numRuns: 40 },
    );
  },
  120_000,
);
