import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { compile, gradient, input, maxPool2d, mul, sum } from '../../../src/graph/index.js';
import type { PoolWindow } from '../../../src/graph/operators/index.js';
import { pair } from './images.js';

interface Setting {
  readonly batch: number;
  readonly channels: number;
  readonly size: [number, number];
  readonly window: PoolWindow;
  /** Whole numbers from 0 to this many, so that windows often have more than one largest pixel. */
  readonly levels: number;
  readonly seed: number;
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    // Windows that lie apart are pooled tap by tap from eight channels on.
    channels: fc.constantFrom(1, 8, 11),
    size: pair(3, 9),
    kernel: pair(1, 5),
    further: pair(-1, 2),
    pads: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 2 })),
    levels: fc.constantFrom(0, 1, 3, 1000),
    seed: fc.nat(),
  })
  .map(({ kernel, further, pads, ...rest }) => ({
    ...rest,
    window: {
      kernel,
      strides: kernel.map((size, axis) => Math.max(1, size + further[axis]!)) as [number, number],
      pads: pads.map((count, side) => Math.min(count, kernel[side % 2]! - 1)) as [
        number,
        number,
        number,
        number,
      ],
    },
  }))
  .filter(({ size, window: { kernel, pads } }) =>
    size.every((pixels, axis) => pixels + pads[axis]! + pads[axis + 2]! >= kernel[axis]!),
  );

/** Largest pixels, and the gradient given to the first of equals, pixel by pixel. */
function reference(
  x: Float32Array,
  g: Float32Array,
  planes: number,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  { kernel, strides, pads }: PoolWindow,
) {
  const y = new Float32Array(planes * rows * columns);
  const dx = new Float32Array(x.length);
  y.forEach((_, at) => {
    const [plane, place] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    const top = Math.floor(place / columns) * strides[0] - pads[0];
    const left = (place % columns) * strides[1] - pads[1];
    let best = -1;
    for (let i = Math.max(0, top); i < Math.min(height, top + kernel[0]); i++) {
      for (let j = Math.max(0, left); j < Math.min(width, left + kernel[1]); j++) {
        const pixel = (plane * height + i) * width + j;
        if (best < 0 || x[pixel]! > x[best]!) best = pixel;
      }
    }
    y[at] = x[best]!;
    dx[best]! += g[at]!;
  });
  return { y, dx };
}

test('the maximum, and its gradient at the first of equals, for any windows', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async ({ batch, channels, size, window, levels, seed }) => {
      let state = seed;
      const whole = (most: number) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * (most + 1));
      };
      const x = input('x', ['batch', channels, ...size]);
      const y = maxPool2d(x, window);
      const g = input('g', y.shape);
      const dx = gradient(sum(mul(y, g)), [x])[0]!;
      const output = y.shape.slice(2) as [number, number];
      const [images, slopes] = [
        Float32Array.from({ length: batch * channels * size[0] * size[1] }, () => -whole(levels)),
        // Sums of whole numbers are exact in any order.
        Float32Array.from(
          { length: batch * channels * output[0] * output[1] },
          () => whole(1000) - 500,
        ),
      ];
      const session = await compile({ inputs: [x, g], outputs: { y, dx } }, { threads: 1 });
      const results = await session.run({
        x: new Tensor('float32', images, [batch, channels, ...size]),
        g: new Tensor('float32', slopes, [batch, channels, ...output]),
      });
      await session.release();
      const expected = reference(images, slopes, batch * channels, size, output, window);
      // Adding 0 turns -0, which is as good, into 0.
      const numbers = (data: unknown) => Array.from(data as Float32Array, (value) => value + 0);
      expect(numbers(results.y!.data)).toEqual(numbers(expected.y));
      expect(numbers(results.dx!.data)).toEqual(numbers(expected.dx));
    }),
    { numRuns: 150 },
  );
}, 60_000);
