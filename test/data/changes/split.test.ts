import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { fromImages } from '../../../src/data/changes/from-images.js';
import { split, subset, take } from '../../../src/data/changes/split.js';
import { fromArray, readRange } from '../../../src/data/dataset.js';

/** Example i holds 2i and 2i + 1; its label is i. */
const numbered = (size: number) =>
  fromArray(
    Float32Array.from({ length: size * 2 }, (_, i) => i),
    [2],
    { name: 'numbers', labels: Int32Array.from({ length: size }, (_, i) => i), classNames: ['a'] },
  );

describe('split', () => {
  test('puts every example with its label into one part, in the order of the data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.nat(),
        async (size, fraction, seed) => {
          const count = Math.round(size * fraction);
          fc.pre(count > 0 && count < size);
          const { train, validation } = split(numbered(size), fraction, seed);
          expect([train.size, validation.size]).toEqual([size - count, count]);
          const all: number[] = [];
          for (const part of [train, validation]) {
            const { data } = await readRange(part, 0, part.size);
            const labels = Array.from(part.labels!);
            expect(labels).toEqual([...labels].sort((a, b) => a - b));
            expect(Array.from(data as Float32Array)).toEqual(
              labels.flatMap((label) => [2 * label, 2 * label + 1]),
            );
            expect(part.classNames).toEqual(['a']);
            all.push(...labels);
          }
          expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
        },
      ),
    );
  });

  test('is decided by the seed', () => {
    const labels = (seed: number) => Array.from(split(numbered(100), 0.2, seed).validation.labels!);
    expect(labels(1)).toEqual(labels(1));
    expect(labels(1)).not.toEqual(labels(2));
  });

  test('of a split is a split', async () => {
    const inner = split(split(numbered(40), 0.5, 3).train, 0.25, 4).validation;
    const { data } = await readRange(inner, 0, 5);
    const labels = Array.from(inner.labels!);
    expect(Array.from(data as Float32Array)).toEqual(labels.flatMap((i) => [2 * i, 2 * i + 1]));
  });

  test.each([0, 1, -0.1, Number.NaN, 0.001])('refuses a part of %d', (fraction) => {
    expect(() => split(numbered(10), fraction)).toThrow(UserError);
  });

  test('has no place outside the data', () => {
    expect(() => subset(numbered(3), [0, 3])).toThrow('numbers: there is no example 3 of 3.');
    expect(subset(numbered(3), [2, 2]).labels).toEqual(Int32Array.of(2, 2));
  });
});

describe('take', () => {
  test('gives the first examples with their labels, in memory or not', async () => {
    const whole = numbered(5);
    const few = take(whole, 2);
    expect(few.images.dims).toEqual([2, 2]);
    expect(Array.from(few.images.data as Float32Array)).toEqual([0, 1, 2, 3]);
    expect(few).toMatchObject({ name: 'numbers', size: 2, classNames: ['a'] });
    expect(few.labels).toEqual(Int32Array.of(0, 1));
    const elsewhere = take(subset(whole, [4, 3, 2]), 2);
    expect(elsewhere.labels).toEqual(Int32Array.of(4, 3));
    expect((await readRange(elsewhere, 0, 2)).data).toEqual(Float32Array.of(8, 9, 6, 7));
  });

  test('gives all when there are fewer', () => {
    const whole = numbered(3);
    expect(take(whole, 3)).toBe(whole);
    expect(take(whole, 60_000)).toBe(whole);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d', (count) => {
    expect(() => take(numbered(3), count)).toThrow(
      `numbers: take a whole number of examples from 1, not ${count}.`,
    );
  });
});

describe('fromImages', () => {
  test('takes a generator, a list or a stream', async () => {
    const list = Array.from({ length: 200 }, (_, i) => ({
      image: Uint8Array.of(i, 1, 2, 3),
      label: i % 3,
    }));
    async function* stream() {
      yield* list;
    }
    for (const source of [list, list.values(), stream()]) {
      const data = await fromImages(source, [1, 2, 2], { classNames: ['x', 'y', 'z'] });
      expect(data).toMatchObject({ size: 200, shape: [1, 2, 2], dtype: 'uint8' });
      expect(data.images.dims).toEqual([200, 1, 2, 2]);
      expect(Array.from((await readRange(data, 199, 200)).data as Uint8Array)).toEqual([
        199, 1, 2, 3,
      ]);
      expect(data.labels![199]).toBe(1);
      expect(data.classNames).toEqual(['x', 'y', 'z']);
    }
    const floats = await fromImages([{ image: Float32Array.of(0.5) }], [1]);
    expect(floats.dtype).toBe('float32');
    expect(floats.labels).toBeUndefined();
  });

  test.each([
    ['none', [], /0 values are not a whole number/],
    [
      'another size',
      [{ image: new Uint8Array(3) }],
      /image 0 has 3 values, but shape \[2\] takes 2/,
    ],
    [
      'another type',
      [{ image: new Uint8Array(2) }, { image: new Float32Array(2) }],
      /image 1 is Float32Array, but those before are Uint8Array/,
    ],
    [
      'a label too few',
      [{ image: new Uint8Array(2), label: 1 }, { image: new Uint8Array(2) }],
      /image 1 has no label/,
    ],
    [
      'a label too many',
      [{ image: new Uint8Array(2) }, { image: new Uint8Array(2), label: 1 }],
      /image 1 has a label/,
    ],
    ['NaN', [{ image: Float32Array.of(0, Number.NaN) }], /example 0 holds NaN at value 1/],
  ])('refuses %s', async (_, images, expected) => {
    await expect(fromImages(images, [2])).rejects.toThrow(expected);
    await expect(fromImages(images, [2])).rejects.toBeInstanceOf(UserError);
  });
});
