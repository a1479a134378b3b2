import { expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.js';
import { binarize } from '../../src/data/changes/binarize.js';
import { drawNoise, noiseArray } from '../../src/step/index.js';

const stream = randomStream(3, 'parts', 7);

test.each(['normal', 'uniform', { bernoulli: 0.3 }] as const)(
  'a part of a batch has the noise of the whole: %o',
  (kind) => {
    const whole = new (noiseArray(kind))(40_000);
    drawNoise(kind, stream, whole);
    for (const [from, length] of [
      [0, 100],
      [7, 30],
      [16, 33],
      [16_391, 20_003],
    ] as const) {
      const part = new (noiseArray(kind))(length);
      drawNoise(kind, stream, part, from);
      expect(part.every((value, i) => value === whole[from + i])).toBe(true);
    }
  },
);

test('a part of a batch is black and white where the whole is', () => {
  const whole = Float32Array.from({ length: 500 }, (_, i) => (i % 7) / 6);
  const parts = whole.slice();
  binarize(whole, stream);
  for (const [start, end] of [
    [0, 9],
    [9, 11],
    [11, 14],
    [14, 500],
  ] as const) {
    binarize(parts.subarray(start, end), stream, start);
  }
  expect(parts).toEqual(whole);
});
