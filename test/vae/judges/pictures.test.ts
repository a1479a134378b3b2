import { expect, test } from 'vitest';
import { judges, Tensor } from '../../../src/index.js';
import { readFixture } from '../../fixtures.js';

const { a, b, psnr, ssim } = (await readFixture('likeness.safetensors')) as Record<
  'a' | 'b' | 'psnr' | 'ssim',
  Tensor
>;

test('PSNR and SSIM of each pair are those of scikit-image', () => {
  const found = judges.pictureLikeness(a, b);
  found.psnr.forEach((value, i) => {
    expect(value).toBeCloseTo((psnr.data as Float32Array)[i]!, 4);
  });
  found.ssim.forEach((value, i) => {
    expect(value).toBeCloseTo((ssim.data as Float32Array)[i]!, 5);
  });
});

test('a picture is like itself', () => {
  const found = judges.pictureLikeness(a, a);
  expect([...found.psnr]).toEqual(Array(4).fill(Infinity));
  for (const value of found.ssim) expect(value).toBeCloseTo(1, 6);
});

test('pictures that cannot be compared are refused', () => {
  const small = new Tensor('float32', new Float32Array(64), [1, 1, 8, 8]);
  expect(() => judges.pictureLikeness(small, small)).toThrow('11 × 11 pixels or more, not 8 × 8');
  expect(() => judges.pictureLikeness(a, small)).toThrow('not [4, 3, 16, 20] and [1, 1, 8, 8]');
});
