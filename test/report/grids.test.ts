import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/data/errors.js';
import {
  latentGrid,
  manifoldPicture,
  reconstructionsPicture,
  samplesPicture,
} from '../../src/report/index.js';
import { hasInk, hasWhiteFrame, readPng } from './png.js';

const white = [255, 255, 255, 255];
const black = [0, 0, 0, 255];

/** Images of one gray each, 28 pixels wide and high. */
function plain(...grays: number[]) {
  const data = Uint8Array.from(grays.flatMap((gray) => new Array<number>(784).fill(gray)));
  return { data, shape: [grays.length, 1, 28, 28] };
}

describe('samplesPicture', () => {
  it('lays images out in a square with gaps, three pixels for one', async () => {
    const file = await samplesPicture(plain(0, 50, 100, 150, 200));
    const { width, height, pixel } = readPng(file);
    // Margins of 24, three columns and two rows of 84, gaps of 6.
    expect([width, height]).toEqual([24 + 3 * 84 + 2 * 6 + 24, 24 + 2 * 84 + 6 + 24]);
    const corner = (column: number, row: number) => pixel(24 + column * 90, 24 + row * 90);
    expect(corner(0, 0)).toEqual(black);
    expect(pixel(24 + 83, 24 + 83)).toEqual(black);
    expect(pixel(24 + 84, 24)).toEqual(white);
    expect(corner(1, 0)).toEqual([50, 50, 50, 255]);
    expect(corner(1, 1)).toEqual([200, 200, 200, 255]);
    expect(corner(2, 1)).toEqual(white);
    expect(hasWhiteFrame(file, 24)).toBe(true);
  });

  it('keeps colours, and the columns it is told', async () => {
    const data = Float32Array.from([1, 0, 0, 0, 1, 0]);
    const file = await samplesPicture({ data, shape: [2, 3, 1, 1] }, { columns: 1 });
    const { width, height, pixel } = readPng(file);
    expect([width, height]).toEqual([24 + 72 + 24, 24 + 2 * 72 + 6 + 24]);
    expect(pixel(25, 25)).toEqual([255, 0, 0, 255]);
    expect(pixel(25, 25 + 78)).toEqual([0, 255, 0, 255]);
  });
});

describe('reconstructionsPicture', () => {
  it('puts ten originals over their reconstructions and names the rows', async () => {
    const originals = plain(...Array.from({ length: 12 }, (_, index) => 10 * index));
    const reconstructions = plain(...Array.from({ length: 12 }, (_, index) => 10 * index + 5));
    const file = await reconstructionsPicture(originals, reconstructions);
    const { width, height, pixel } = readPng(file);
    expect(height).toBe(24 + 2 * 84 + 6 + 24);
    const left = width - 24 - (10 * 90 - 6);
    for (let column = 0; column < 10; column++) {
      const gray = 10 * column;
      expect(pixel(left + 90 * column, 24)).toEqual([gray, gray, gray, 255]);
      expect(pixel(left + 90 * column, 24 + 90)).toEqual([gray + 5, gray + 5, gray + 5, 255]);
    }
    expect(hasInk(file, 24, 24, left - 8, 24 + 84)).toBe(true);
    expect(hasInk(file, 24, 24 + 90, left - 8, 24 + 174)).toBe(true);
    expect(hasWhiteFrame(file, 20)).toBe(true);
  });

  it('refuses shapes that differ', async () => {
    await expect(reconstructionsPicture(plain(1, 2), plain(1))).rejects.toThrow(
      new UserError(
        'Originals have the shape [2, 1, 28, 28], reconstructions [1, 1, 28, 28]. Give one reconstruction an original.',
      ),
    );
  });
});

describe('latentGrid', () => {
  it('cuts the prior into equally probable parts, z₁ rising to the right, z₂ falling downwards', () => {
    const { z1, z2, points } = latentGrid(3, 5);
    // Φ⁻¹(1/6), and Φ⁻¹ of 0.9 and 0.7, from tables of the normal distribution.
    const expected1 = [-0.9674215661, 0, 0.9674215661];
    const expected2 = [1.2815515655, 0.5244005127, 0, -0.5244005127, -1.2815515655];
    const digits = (values: readonly number[]) => values.map((value) => value.toFixed(9));
    expect(digits(z1)).toEqual(digits(expected1));
    expect(digits(z2)).toEqual(digits(expected2));
    expect(points).toHaveLength(30);
    expect([...points.slice(0, 4)]).toEqual(
      [z1[0], z2[0], z1[1], z2[0]].map((z) => Math.fround(z ?? Number.NaN)),
    );
    expect(points[29]).toBe(Math.fround(z2[4] ?? Number.NaN));
  });
});

describe('manifoldPicture', () => {
  it('draws the grid edge to edge, with ticks and titles on both axes', async () => {
    const grid = latentGrid(3, 2);
    const file = await manifoldPicture(plain(0, 50, 100, 150, 200, 250), grid);
    const { width, pixel } = readPng(file);
    const left = width - 24 - 3 * 56;
    const at = (column: number, row: number) => pixel(left + 56 * column, 24 + 56 * row);
    expect([at(0, 0), at(2, 0), at(0, 1), at(2, 1)]).toEqual(
      [0, 100, 150, 250].map((gray) => [gray, gray, gray, 255]),
    );
    expect(pixel(left + 55, 24 + 55)).toEqual(black);
    expect(pixel(left - 12, 24 + 10)).toEqual(white);
    const bottom = 24 + 2 * 56;
    for (const column of [0, 1, 2]) {
      expect(
        hasInk(file, left + 56 * column + 27, bottom, left + 56 * column + 29, bottom + 10),
      ).toBe(true);
    }
    for (const row of [0, 1]) {
      expect(hasInk(file, left - 10, 24 + 56 * row + 27, left, 24 + 56 * row + 29)).toBe(true);
    }
    expect(hasInk(file, left + 70, bottom + 50, left + 98, bottom + 80)).toBe(true);
    expect(hasWhiteFrame(file, 20)).toBe(true);
  });

  it('refuses another number of images', async () => {
    await expect(manifoldPicture(plain(0, 1), latentGrid(3, 2))).rejects.toThrow(
      new UserError(
        'A manifold of 3 columns and 2 rows needs 6 images, 3 values of z1 and 2 of z2, not 2, 3 and 2.',
      ),
    );
  });
});
