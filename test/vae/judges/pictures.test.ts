import { expect, test } from 'vitest';
import { judges, Tensor } from '../../../src/index.js';
import { readFixture, readJson } from '../../fixtures.js';

const { a, b, psnr, ssim } = (await readFixture('likeness.safetensors')) as Record<
  'a' | 'b' | 'psnr' | 'ssim',
  Tensor
>;

test('PSNR and SSIM of each pair are as by scikit-image', () => {
  const found = judges.pictureLikeness(a, b);
  found.psnr.forEach((value, i) => {
    expect(value).toBeCloseTo((psnr.data as Float32Array)[i]!, 4);
  });
  found.ssim.forEach((value, i) => {
    expect(value).toBeCloseTo((ssim.data as Float32Array)[i]!, 5);
  });
});

/** The values of bench/peers/ms_ssim_fixtures.py, by height and width. */
const similarities = await readJson<Readonly<Record<string, readonly number[]>>>('ms-ssim.json');

/** The pairs of pictures of that script. */
function waves(channels: number, height: number, width: number): readonly [Tensor, Tensor] {
  const held = (value: number) => Math.min(255, Math.max(0, value));
  const [first, second]: [number[], number[]] = [[], []];
  for (const [k, spread] of [3, 20, 90, 255].entries()) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const wave = held(Math.abs((((3 + k) * x + (5 + c) * y + 40 * k) % 512) - 256));
          const noise = ((x * 7919 + y * 10477 + k * 31 + c * 17) % (2 * spread + 1)) - spread;
          first.push(wave / 255);
          second.push((k === 3 ? 255 - wave : held(wave + noise)) / 255);
        }
      }
    }
  }
  const dims = [4, channels, height, width];
  return [
    new Tensor('float32', Float32Array.from(first), dims),
    new Tensor('float32', Float32Array.from(second), dims),
  ];
}

test.each([
  { channels: 2, height: 176, width: 192, scales: 5 },
  { channels: 1, height: 108, width: 101, scales: 4 },
  { channels: 1, height: 47, width: 45, scales: 3 },
  { channels: 1, height: 28, width: 30, scales: 2 },
])(
  'MS-SSIM of $height × $width by $scales scales is as by PyTorch',
  ({ channels, height, width, scales }) => {
    const found = judges.pictureLikeness(...waves(channels, height, width));
    expect(found.scales).toBe(scales);
    const expected = similarities[`${height} x ${width}`]!;
    // The picture turned round has structures of negative likeness, which count as 0.
    expect(expected[3]).toBe(0);
    found.msSsim.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  },
);

test('a picture is like itself', () => {
  const found = judges.pictureLikeness(a, a);
  expect([...found.psnr]).toEqual(Array(4).fill(Infinity));
  for (const value of found.ssim) expect(value).toBeCloseTo(1, 6);
  expect([...found.msSsim]).toEqual([...found.ssim]);
});

test('pictures that cannot be compared are refused', () => {
  const small = new Tensor('float32', new Float32Array(64), [1, 1, 8, 8]);
  expect(() => judges.pictureLikeness(small, small)).toThrow('11 × 11 pixels or more, not 8 × 8');
  expect(() => judges.pictureLikeness(a, small)).toThrow('not [4, 3, 16, 20] and [1, 1, 8, 8]');
});
