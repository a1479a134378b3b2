import fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import {
  composeGrid,
  gridScale,
  gridSize,
  readImages,
  shrunk,
  shrunkTensor,
} from '../../src/report/images.js';

const bytes = (data: readonly number[], shape: readonly number[]) =>
  readImages({ data: Uint8Array.from(data), shape }, 'Test');

describe('composeGrid', () => {
  it('puts every pixel of every image where it belongs and leaves the rest white', () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      channels: fc.constantFrom(1, 3),
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
      columns: fc.integer({ min: 1, max: 3 }),
      rows: fc.integer({ min: 1, max: 3 }),
      scale: fc.integer({ min: 1, max: 3 }),
      gap: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(sizes, ({ count, channels, height, width, ...options }) => {
        const plane = height * width;
        const data = Array.from({ length: count * channels * plane }, (_, i) => (i * 37) % 251);
        const images = bytes(data, [count, channels, height, width]);
        const raster = composeGrid(images, options);
        const expected = gridSize(images, options);
        expect([raster.width, raster.height]).toEqual([expected.width, expected.height]);
        const { columns, scale, gap } = options;
        for (let y = 0; y < raster.height; y++) {
          for (let x = 0; x < raster.width; x++) {
            const column = Math.floor(x / (width * scale + gap));
            const row = Math.floor(y / (height * scale + gap));
            const inX = Math.floor((x - column * (width * scale + gap)) / scale);
            const inY = Math.floor((y - row * (height * scale + gap)) / scale);
            const image = row * columns + column;
            const inside = inX < width && inY < height && image < count;
            const value = (channel: number) =>
              inside
                ? data[(image * channels + (channel % channels)) * plane + inY * width + inX]
                : 255;
            const at = 4 * (y * raster.width + x);
            const pixel = [value(0), value(1), value(2), 255];
            expect([...raster.data.slice(at, at + 4)]).toEqual(pixel);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes floats as [0, 1] and clips values outside', () => {
    const images = readImages(
      new Tensor('float32', [0, 0.5, 1, -3, 7, Number.NaN], [1, 1, 1, 6]),
      'Test',
    );
    const { data } = composeGrid(images, { columns: 1, rows: 1, scale: 1, gap: 0 });
    expect([...data].filter((_, index) => index % 4 === 0)).toEqual([0, 128, 255, 0, 255, 0]);
  });
});

it('enlarges by whole numbers, never to nothing', () => {
  const scale = (width: number) =>
    gridScale({ width, height: 1 }, 84, { columns: 4, rows: 2, gap: 6 });
  expect([scale(28), scale(32), scale(64), scale(500)]).toEqual([3, 3, 1, 1]);
});

describe('a grid that would be too large', () => {
  it('has smaller images, to 4,000 pixels a side and 8 million in all', () => {
    const grid = { columns: 21, rows: 21, gap: 0 };
    const scale = gridScale({ width: 1024, height: 1024 }, 48, grid);
    expect(scale).toBe(1 / 8);
    expect(gridSize({ width: 1024, height: 1024 }, { ...grid, scale })).toEqual({
      width: 2688,
      height: 2688,
    });
    expect(gridScale({ width: 28, height: 28 }, 72, { columns: 100, rows: 50, gap: 6 })).toBe(1);
    const one = { columns: 1, rows: 1, gap: 0 };
    expect(gridScale({ width: 1, height: 100_000 }, 72, one)).toBe(1 / 25);
  });

  it('shows means of squares, also of those that an edge cuts', () => {
    const images = readImages(new Tensor('uint8', [0, 2, 9, 4, 6, 11], [1, 1, 2, 3]), 'Test');
    const half = shrunk(images, 2);
    expect([half.height, half.width, ...half.data]).toEqual([1, 2, 3, 10]);
    const { data, width } = composeGrid(images, { columns: 1, rows: 1, scale: 1 / 2, gap: 0 });
    expect([width, data[0], data[4]]).toEqual([2, 3, 10]);
  });

  it('makes tensors smaller, empty ones too', () => {
    const smaller = (count: number) =>
      shrunkTensor(new Tensor('float32', new Float32Array(count * 15), [count, 1, 3, 5]), 2);
    expect(smaller(2).dims).toEqual([2, 1, 2, 3]);
    expect(smaller(0).dims).toEqual([0, 1, 2, 3]);
  });
});

describe('readImages', () => {
  it.each([
    [
      'flat values',
      [1, 784],
      784,
      'Test: a picture needs images of shape [N, C, H, W] with 1 or 3 channels, not [1, 784].',
    ],
    [
      'two channels',
      [1, 2, 2, 2],
      8,
      'Test: a picture needs images of shape [N, C, H, W] with 1 or 3 channels, not [1, 2, 2, 2].',
    ],
    [
      'too few values',
      [2, 1, 2, 2],
      7,
      'Test: 7 values do not fill images of shape [2, 1, 2, 2], or there is no image.',
    ],
    [
      'no image',
      [0, 1, 2, 2],
      0,
      'Test: 0 values do not fill images of shape [0, 1, 2, 2], or there is no image.',
    ],
  ])('refuses %s', (_, shape, length, message) => {
    expect(() => bytes(new Array(length).fill(0), shape)).toThrow(new UserError(message));
  });

  it('refuses tensors of another type', () => {
    expect(() => readImages(new Tensor('int32', [1], [1, 1, 1, 1]), 'Test')).toThrow(
      new UserError('Test: a picture needs float32 or uint8 images.'),
    );
  });
});
