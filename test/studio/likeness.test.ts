import { expect, test } from 'vitest';
import { likest } from '../../studio/src/views/explore/panels/between/likeness.js';

test('examples of a class are found by how close they lie to another one', () => {
  // Ten of class 0 about 0, ten of class 1 about 10; one of class 0 lies among the others.
  const xs = Array.from({ length: 20 }, (_, i) => (i < 10 ? 0.1 * i : 10 + 0.1 * i));
  xs[4] = 11.5;
  const latents = Float32Array.from(xs.flatMap((x) => [x, 1]));
  const labels = xs.map((_, i) => (i < 10 ? 0 : 1));
  const found = likest(latents, labels, 0, 1);
  expect(found).toHaveLength(10);
  expect(found[0]!.index).toBe(4);
  expect(found[0]!.ratio).toBeLessThan(0.1);
  expect(found[1]!.ratio).toBeGreaterThan(1);
  expect(likest(latents, labels, 1, 0).every(({ index }) => labels[index] === 1)).toBe(true);
});
