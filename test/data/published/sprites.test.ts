import { expect, test } from 'vitest';
import { datasets } from '../../../src/index.js';

/** The images at places, as rows of pixels. */
async function imagesOf(dataset: datasets.Dataset, places: readonly number[]) {
  const pixels = new Uint8Array(places.length * 64 * 64);
  await dataset.read(places, pixels);
  return places.map((_, i) => pixels.subarray(i * 4096, (i + 1) * 4096));
}

/** Area in pixels, and the mean place of white pixels: to the right and down. */
function momentsOf(image: Uint8Array) {
  let [area, x, y] = [0, 0, 0];
  image.forEach((value, i) => {
    if (value === 0) return;
    area += 1;
    x += (i % 64) + 0.5;
    y += Math.floor(i / 64) + 0.5;
  });
  return { area, x: x / area, y: y / area };
}

/** The place of the example of these levels, the first with them. */
function placeOf(dataset: datasets.Dataset, levels: Readonly<Record<string, number>>): number {
  const factors = dataset.factors!.filter(({ name }) => name in levels);
  for (let i = 0; i < dataset.size; i++) {
    if (factors.every(({ name, level }) => level(i) === levels[name])) return i;
  }
  throw new Error('there is none');
}

test('the factors are as in dSprites', () => {
  const { size, shape, factors, classNames, labels } = datasets.sprites();
  expect(size).toBe(737_280);
  expect(shape).toEqual([1, 64, 64]);
  expect(factors!.map(({ name, values }) => [name, values.length])).toEqual([
    ['shape', 3],
    ['scale', 6],
    ['orientation', 40],
    ['x', 32],
    ['y', 32],
  ]);
  expect(factors![1]!.values[0]).toBe(0.5);
  expect(factors![1]!.values.at(-1)).toBe(1);
  expect(classNames).toEqual(['square', 'ellipse', 'heart']);
  expect([0, size / 3, size - 1].map((i) => labels![i])).toEqual([0, 1, 2]);
  expect(factors!.map(({ level }) => level(size - 1))).toEqual([2, 5, 39, 31, 31]);
});

test('drawn areas agree with the outlines, whatever the place and the angle', async () => {
  const data = datasets.sprites({ positions: 3, orientations: 5 });
  const areas = { square: 16 * 16, ellipse: Math.PI * 11 * 6.5, heart: 3.6619 * 8 ** 2 };
  for (const [shape, area] of Object.values(areas).entries()) {
    for (const [orientation, x, y] of [
      [0, 0, 0],
      [1, 2, 1],
      [3, 1, 2],
    ]) {
      const place = placeOf(data, { shape, scale: 5, orientation: orientation!, x: x!, y: y! });
      const [image] = await imagesOf(data, [place]);
      expect(Math.abs(momentsOf(image!).area - area) / area).toBeLessThan(0.06);
    }
  }
  const small = placeOf(data, { shape: 1, scale: 0, x: 1, y: 1 });
  const [image] = await imagesOf(data, [small]);
  expect(Math.abs(momentsOf(image!).area / (areas.ellipse / 4) - 1)).toBeLessThan(0.08);
});

test('x goes to the right, y up, and an angle turns against the clock', async () => {
  const data = datasets.sprites({ positions: 5, orientations: 8, scales: 1 });
  const at = async (levels: Record<string, number>) => {
    const [image] = await imagesOf(data, [placeOf(data, { shape: 0, orientation: 0, ...levels })]);
    return { ...momentsOf(image!), image: image! };
  };
  const [first, right, up] = [
    await at({ x: 1, y: 1 }),
    await at({ x: 2, y: 1 }),
    await at({ x: 1, y: 2 }),
  ];
  expect(right.x - first.x).toBeCloseTo(10, 0);
  expect(right.y).toBeCloseTo(first.y, 5);
  expect(up.y - first.y).toBeCloseTo(-10, 0);
  // A heart has its tip below; turned by a quarter, to the right.
  const upright = await at({ shape: 2, x: 2, y: 2 });
  const turned = await at({ shape: 2, x: 2, y: 2, orientation: 2 });
  const rows = (image: Uint8Array, row: number) =>
    image.subarray(row * 64, (row + 1) * 64).filter((value) => value > 0).length;
  const columns = (image: Uint8Array, column: number) =>
    image.filter((value, i) => i % 64 === column && value > 0).length;
  const last = [...Array(64).keys()].findLast((row) => rows(upright.image, row) > 0)!;
  const first64 = [...Array(64).keys()].find((row) => rows(upright.image, row) > 0)!;
  expect(rows(upright.image, last)).toBeLessThan(rows(upright.image, first64 + 1));
  const end = [...Array(64).keys()].findLast((column) => columns(turned.image, column) > 0)!;
  expect(columns(turned.image, end)).toBeLessThan(5);
  expect(end).toBeGreaterThan(36);
});

test('no two hearts are alike, and nothing is cut off', async () => {
  const data = datasets.sprites({ positions: 4, orientations: 12, scales: 3 });
  const hearts = Array.from({ length: data.size / 3 }, (_, i) => i + (2 * data.size) / 3);
  const images = await imagesOf(data, hearts);
  expect(new Set(images.map((image) => Buffer.from(image).toString('base64'))).size).toBe(576);
  for (const image of images) {
    const edge = image.filter(
      (value, i) => value > 0 && (i < 64 || i >= 4032 || i % 64 === 0 || i % 64 === 63),
    );
    expect(edge.length).toBe(0);
  }
});

test('views keep the levels of their examples', () => {
  const data = datasets.sprites({ positions: 2, orientations: 2, scales: 2 });
  const part = datasets.subset(data, [7, 31, 40]);
  for (const [i, place] of [7, 31, 40].entries()) {
    expect(part.factors!.map(({ level }) => level(i))).toEqual(
      data.factors!.map(({ level }) => level(place)),
    );
  }
  expect(datasets.take(data, 5).factors![4]!.level(3)).toBe(1);
});

test('wrong counts are told', () => {
  expect(() => datasets.sprites({ positions: 0 })).toThrow(
    'sprites: positions must be a whole number from 1 to 1000, not 0.',
  );
  expect(() => datasets.sprites({ scales: 1.5 })).toThrow('scales must be a whole number');
});
