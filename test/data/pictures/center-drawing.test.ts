import { describe, expect, test } from 'vitest';
import { readRange } from '../../../src/data/dataset.js';
import { centerDrawing } from '../../../src/data/pictures/center-drawing.js';
import { mnist } from '../../../src/data/published/mnist.js';

/** A drawing of ones in a rectangle of a square sheet. */
function rectangle(size: number, left: number, top: number, width: number, height: number) {
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    return +(x >= left && x < left + width && y >= top && y < top + height);
  });
}

const both = (a: Float32Array, b: Float32Array) => a.map((value, i) => value || b[i]!);

function centreOfMass(image: Float32Array, width: number): [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  image.forEach((value, i) => {
    mass += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return [x / mass, y / mass];
}

describe('centerDrawing', () => {
  test('gives back digits of MNIST that were enlarged and moved', async () => {
    const { test } = await mnist();
    const images = (await readRange(test, 0, 100)).data as Uint8Array;
    const [scale, sheet] = [7, 280];
    const errors = Array.from({ length: 100 }, (_, digit) => {
      const drawing = new Float32Array(sheet * sheet);
      for (let y = 0; y < 28 * scale; y++) {
        for (let x = 0; x < 28 * scale; x++) {
          const pixel = images[digit * 784 + Math.floor(y / scale) * 28 + Math.floor(x / scale)]!;
          drawing[(y + 11) * sheet + x + 60] = pixel / 255;
        }
      }
      const image = centerDrawing(drawing, sheet);
      return image.reduce((most, v, i) => most + Math.abs(v - images[digit * 784 + i]! / 255), 0);
    });
    // The pixels of a digit sum up to about 100.
    expect(Math.max(...errors)).toBeLessThan(0.01);
  });

  test('fills 20 pixels with the longer side and keeps the proportions', () => {
    const image = centerDrawing(rectangle(200, 20, 30, 50, 100), 200);
    const rows = Array.from({ length: 28 }, (_, y) => image.subarray(y * 28, y * 28 + 28));
    const sums = rows.map((row) => row.reduce((a, b) => a + b, 0));
    sums.forEach((sum, y) => {
      expect(sum).toBeCloseTo(y >= 4 && y < 24 ? 10 : 0, 4);
    });
    expect(centreOfMass(image, 28)).toEqual([14, 14].map((v) => expect.closeTo(v, 3)));
  });

  test('places the centre of mass, not the box, in the middle', () => {
    const sheet = both(rectangle(100, 10, 10, 40, 4), rectangle(100, 10, 10, 4, 60));
    const [x, y] = centreOfMass(centerDrawing(sheet, 100), 28);
    expect(Math.abs(x - 14)).toBeLessThan(0.55);
    expect(Math.abs(y - 14)).toBeLessThan(0.55);
  });

  test('loses no ink, wherever its mass lies', () => {
    // A heavy end with a long, thin tail: its centre of mass is near the end of the box.
    const sheet = both(rectangle(300, 5, 5, 40, 40), rectangle(300, 5, 5, 280, 2));
    const step = 280 / 20;
    const ink = sheet.reduce((a, b) => a + b, 0);
    const kept = centerDrawing(sheet, 300).reduce((a, b) => a + b, 0) * step ** 2;
    expect(kept / ink).toBeCloseTo(1, 4);
  });

  test('does other sizes, no ink, and a single dot', () => {
    const wide = centerDrawing(rectangle(64, 0, 0, 64, 64), 64, [32, 48]);
    expect(wide).toHaveLength(32 * 48);
    expect(centreOfMass(wide, 48)[0]).toBeCloseTo(24, 0);
    expect(Math.max(...centerDrawing(new Float32Array(16), 4))).toBe(0);
    expect(Math.max(...centerDrawing(rectangle(10, 9, 9, 1, 1), 10))).toBe(1);
    expect(() => centerDrawing(new Float32Array(10), 4)).toThrow('no rows of 4');
  });
});
