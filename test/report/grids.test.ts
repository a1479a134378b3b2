import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import {
  latentGrid,
  manifoldPicture,
  manifoldShrink,
  reconstructionsPicture,
  reconstructionsSheet,
  samplesPicture,
  samplesSheet,
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

describe('samplesPicture by class', () => {
  /** Pixels between the left margin and the first image of a row. */
  const nameWidth = (file: Uint8Array, blockWidth: number) => readPng(file).width - 48 - blockWidth;

  it('gives each class a row of its own, with its name', async () => {
    const labels = [2, 0, 2, 0, 2, 0];
    const file = await samplesPicture(plain(0, 10, 20, 30, 40, 50), { labels });
    const { height, pixel } = readPng(file);
    expect(height).toBe(24 + 2 * 84 + 6 + 24);
    const left = 24 + nameWidth(file, 3 * 90 - 6);
    const row = (top: number) => [0, 1, 2].map((column) => pixel(left + 90 * column, top)[0]);
    expect(row(24)).toEqual([10, 30, 50]);
    expect(row(24 + 90)).toEqual([0, 20, 40]);
    for (const top of [24, 24 + 90]) expect(hasInk(file, 24, top, left - 8, top + 84)).toBe(true);
    expect(hasWhiteFrame(file, 20)).toBe(true);
  });

  it('leaves the places that a class lacks white, and takes names of classes', async () => {
    const images = plain(0, 0, 0, 0);
    const [short, long] = await Promise.all(
      [
        ['a', 'b'],
        ['a', 'a cat that sits on a very long mat'],
      ].map((classNames) => samplesPicture(images, { labels: [0, 0, 0, 1], classNames })),
    );
    const left = 24 + nameWidth(short!, 3 * 90 - 6);
    const { pixel } = readPng(short!);
    expect(pixel(left + 180, 24)).toEqual(black);
    expect(pixel(left, 24 + 90)).toEqual(black);
    expect(pixel(left + 90, 24 + 90)).toEqual(white);
    expect(readPng(long!).width).toBeGreaterThan(readPng(short!).width + 100);
    // Longer names are cut.
    expect(readPng(long!).width).toBeLessThan(readPng(short!).width + 400);
  });

  it('stays near a square, for many classes as for many images of one', async () => {
    const shapes: [count: number, classes: number][] = [
      [10, 10],
      [100, 100],
      [400, 2],
    ];
    for (const [count, classes] of shapes) {
      const images = plain(...new Array<number>(count).fill(0));
      const labels = Array.from({ length: count }, (_, i) => i % classes);
      const file = await samplesPicture(images, { labels });
      const { width, height } = readPng(file);
      expect(Math.max(width / height, height / width)).toBeLessThan(2.5);
      expect(hasWhiteFrame(file, 20)).toBe(true);
    }
  });

  it('refuses another number of labels', async () => {
    await expect(samplesPicture(plain(0, 1), { labels: [0] })).rejects.toThrow(
      new UserError('Samples: 2 images but 1 labels. Give one label an image.'),
    );
  });
});

describe('the sheet of a picture', () => {
  const shapes = [
    [1, 28, 28],
    [3, 64, 48],
    [1, 8, 8],
    [3, 1024, 1024],
  ];
  const sheets: [name: string, sheet: typeof reconstructionsSheet][] = [
    ['samples', samplesSheet],
    ['reconstructions', reconstructionsSheet],
    ['samples of 10 classes', (shape) => samplesSheet(shape, 10)],
    ['samples of 1000 classes', (shape) => samplesSheet(shape, 1000)],
  ];

  it.each(sheets)('has room for some thousand images: %s', (_, sheetFor) => {
    for (const shape of shapes) {
      const { most, shrinkFor } = sheetFor(shape);
      expect(most).toBeGreaterThan(1500);
      // Images are shown with 32 pixels at least, where they have them.
      const longest = Math.max(...shape.slice(1));
      expect(Math.ceil(longest / shrinkFor(most))).toBeGreaterThanOrEqual(Math.min(32, longest));
      expect(shrinkFor(1)).toBe(1);
    }
  });

  it('has room for as many images as a grid of 8 million pixels has', () => {
    expect(samplesSheet([1, 28, 28]).most).toBe(83 * 83);
    // Large images are made smaller, to 32 pixels.
    expect(samplesSheet([3, 3200, 3200]).most).toBe(75 * 74);
    expect(samplesSheet([3, 1024, 1024]).shrinkFor(64)).toBe(3);
    expect(manifoldShrink([3, 1024, 1024], { columns: 21, rows: 21 })).toBe(8);
  });

  it('is the size drawn, of images made smaller before or not', async () => {
    const images = (count: number, side: number) => {
      return { data: new Uint8Array(count * side * side), shape: [count, 1, side, side] };
    };
    const [count, side] = [120, 300];
    const by = reconstructionsSheet([1, side, side]).shrinkFor(count);
    expect(by).toBe(2);
    const sizes = [images(count, side), images(count, side / by)].map(async (each) => {
      const { width, height } = readPng(await reconstructionsPicture(each, each));
      return [width, height];
    });
    const [whole, smaller] = await Promise.all(sizes);
    expect(smaller).toEqual(whole);
    expect(whole![1]).toBeLessThan(4000 + 48);
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    const classes = readPng(await samplesPicture(images(count, side), { labels }));
    expect(classes.width * classes.height).toBeLessThan(1.3 * 8e6);
  });
});

describe('reconstructionsPicture', () => {
  it.each([1, 3, 10, 20, 37, 200])(
    'puts %i originals over their reconstructions and names the rows',
    async (count) => {
      const columns = Math.min(count, count === 200 ? 20 : 10);
      const pairs = Math.ceil(count / columns);
      const grays = Array.from({ length: count }, (_, index) => index);
      const originals = plain(...grays);
      const reconstructions = plain(...grays.map((gray) => gray + 50));
      const file = await reconstructionsPicture(originals, reconstructions);
      const { width, height, pixel } = readPng(file);
      // Two rows of 84 with 6 between them, and 24 between a pair of rows and the next.
      expect(height).toBe(24 + pairs * 174 + (pairs - 1) * 24 + 24);
      const left = width - 24 - (columns * 90 - 6);
      for (let index = 0; index < columns * pairs; index++) {
        const x = left + 90 * (index % columns);
        const top = 24 + 198 * Math.floor(index / columns);
        const gray = index < count ? index : 255;
        const below = index < count ? index + 50 : 255;
        expect(pixel(x, top)).toEqual([gray, gray, gray, 255]);
        expect(pixel(x, top + 90)).toEqual([below, below, below, 255]);
      }
      for (let pair = 0; pair < pairs; pair++) {
        const top = 24 + 198 * pair;
        expect(hasInk(file, 24, top, left - 8, top + 84)).toBe(true);
        expect(hasInk(file, 24, top + 90, left - 8, top + 174)).toBe(true);
      }
      expect(hasWhiteFrame(file, 20)).toBe(true);
    },
  );

  it.each([
    [[1, 8, 8], 88, 88],
    [[3, 64, 64], 64, 64],
    [[1, 4, 120], 120, 30],
  ])('enlarges images of %j to %i × %i; names stay apart', async (shape, across, rowHeight) => {
    const images = { data: new Uint8Array(2 * shape[0]! * shape[1]! * shape[2]!) };
    const whole = { ...images, shape: [2, ...shape] };
    const file = await reconstructionsPicture(whole, whole);
    const { width, height, pixel } = readPng(file);
    expect(height).toBe(24 + 2 * rowHeight + 6 + 24);
    const left = width - 24 - (2 * across + 6);
    const middle = 24 + Math.floor(rowHeight / 2);
    expect([left, left + across - 1, left + across + 6].map((x) => pixel(x, middle))).toEqual([
      black,
      black,
      black,
    ]);
    expect(pixel(left + across, middle)).toEqual(white);
    expect(hasWhiteFrame(file, 20)).toBe(true);
  });

  it('has the columns it is told', async () => {
    const images = plain(0, 1, 2, 3, 4);
    const { height } = readPng(await reconstructionsPicture(images, images, { columns: 2 }));
    expect(height).toBe(24 + 3 * 174 + 2 * 24 + 24);
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
