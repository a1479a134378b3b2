import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../../src/data/column.js';
import { marginals } from '../../src/data/quality/marginals.js';
import { pairView } from '../../src/data/quality/pair-points.js';
import { measureQuality } from '../../src/data/quality/report.js';
import { chartView } from '../../src/report/chart.js';
import { qualityPicture, qualityText } from '../../src/report/index.js';
import { qualitySpec } from '../../src/report/pictures/quality/index.js';
import { hasWhiteFrame, readPng } from './png.js';

const columns: TableColumn[] = [
  { name: 'weight', kind: 'continuous', type: 'number', missing: 0, decimals: 1 },
  { name: 'visits', kind: 'count', type: 'number', missing: 0 },
  { name: 'city', kind: 'categorical', type: 'text', missing: 0, categories: ['Bonn', 'Köln'] },
  {
    name: 'day',
    kind: 'date',
    type: 'text',
    missing: 0,
    date: { format: 'YYYY-MM-DD', origin: Date.UTC(2024, 0, 1), unit: 'day' },
  },
];

/** Rows of which weight and city go together; every fifth has no weight. */
const rows = (count: number, shift: number) =>
  Float32Array.from(
    Array.from({ length: count }, (_, i) => [
      i % 5 === 4 ? Number.NaN : (i % 17) + shift,
      i % 4,
      i % 17 < 8 ? 0 : 1,
      i,
    ]).flat(),
  );
const given = { columns, real: rows(100, 0), synthetic: rows(60, 1), heldOut: rows(40, 0) };
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, t]) => t);

describe('marginals are bars', () => {
  const [weight, visits, city, day] = marginals(given);

  test('of numbers: equal widths over all values; the shares of each kind sum to 1', () => {
    expect(weight!.bars).toHaveLength(24);
    expect([weight!.bars[0]!.from, weight!.bars.at(-1)!.to]).toEqual([0, 17]);
    for (const of of ['real', 'synthetic'] as const) {
      expect(weight!.bars.reduce((sum, bar) => sum + bar[of], 0)).toBeCloseTo(1, 10);
    }
    expect(weight!.missing).toEqual({ real: 0.2, synthetic: 0.2 });
  });

  test('of whole numbers: one for each', () => {
    expect(visits!.bars).toEqual(
      [0, 1, 2, 3].map((value) => ({
        from: value - 0.5,
        to: value + 0.5,
        real: 0.25,
        synthetic: 0.25,
      })),
    );
    expect(day!.bars.map(({ from, to }) => to! - from!)).toEqual(Array(20).fill(5));
  });

  test('of categories: their names and shares', () => {
    expect(city!.bars.map(({ name }) => name)).toEqual(['Köln', 'Bonn']);
    expect(city!.bars.map(({ real }) => real)).toEqual([0.52, 0.48]);
  });

  test('many categories: the frequent ones, and the rest in one', () => {
    const names = Array.from({ length: 30 }, (_, i) => `c${i}`);
    const column: TableColumn = {
      name: 'c',
      kind: 'categorical',
      type: 'text',
      missing: 0,
      categories: names,
      rare: { x: 1, y: 2 },
    };
    const values = Float32Array.from({ length: 496 }, (_, i) =>
      Math.floor(Math.sqrt(2 * i + 0.25) - 0.5),
    );
    const [{ bars } = { bars: [] }] = marginals({
      columns: [column],
      real: values,
      synthetic: values,
    });
    // Category i has i + 1 rows, place 30 stands for the rare ones.
    expect(bars.map(({ name }) => name)).toEqual([
      'rare ones',
      ...[29, 28, 27, 26, 25, 24, 23].map((i) => `c${i}`),
      '23 others',
    ]);
    expect(bars.at(-1)!.real).toBeCloseTo(276 / 496, 10);
  });

  test('a few far values do not press all others flat', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 7 ? 1e6 : i / 1000));
    const [{ bars } = { bars: [] }] = marginals({
      columns: [columns[0]!],
      real: values,
      synthetic: values,
    });
    expect(bars.at(-1)!.to).toBeLessThan(2);
    expect(bars.reduce((sum, bar) => sum + bar.real, 0)).toBeCloseTo(1, 10);
  });
});

test('a pair is points of numbers, or shares of cells', () => {
  const points = pairView(given, ['weight', 'visits']);
  expect(points?.real.points).toHaveLength(80);
  expect(points?.real.points).toContainEqual([6, 2]);
  const cells = pairView(given, ['weight', 'city'])!;
  const sum = (of: 'real' | 'synthetic') =>
    cells[of].cells?.reduce((total, { share }) => total + share, 0);
  expect(sum('real')).toBeCloseTo(1, 10);
  expect(sum('synthetic')).toBeCloseTo(1, 10);
  expect(pairView(given, ['weight', 'size'])).toBeUndefined();
});

describe('the picture of quality', async () => {
  const report = await measureQuality(given, { target: 'city' });

  test('names scores, all columns and the pairs least alike', async () => {
    const svg = await (await chartView(qualitySpec(given, report))).toSVG();
    const found = texts(svg);
    const score = report.score!.toFixed(3);
    for (const text of [
      `Quality of 60 synthetic rows beside 100 real ones: ${score}`,
      `Column shapes ${report.columnShapes.score!.toFixed(3)}`,
      ...['weight', 'visits', 'city', 'day'],
      ...['Bonn', 'Köln', 'Similarity', 'Correlation, real', 'Correlation, synthetic'],
    ]) {
      expect(found).toContain(text);
    }
    expect(svg).toMatch(/0\.\d{3}, missing 20 %, 20 %/);
  });

  test('draws pairs that are asked for', async () => {
    const spec = qualitySpec(given, report, { pairs: [['day', 'weight']] });
    const svg = await (await chartView(spec)).toSVG();
    expect(texts(svg).filter((text) => text === 'synthetic')).toHaveLength(2);
  });

  test('is a PNG file, of one column too', async () => {
    const file = await qualityPicture(given, report);
    expect(readPng(file).width).toBeGreaterThan(1000);
    expect(hasWhiteFrame(file, 20)).toBe(true);
    const one = {
      columns: [columns[0]!],
      real: Float32Array.of(1, 2, 3),
      synthetic: Float32Array.of(1, 2, 2),
    };
    expect(readPng(await qualityPicture(one, await measureQuality(one))).width).toBeGreaterThan(
      100,
    );
  });
});

describe('the text of a report', () => {
  test('tells scores, the columns that lower them, and all columns', async () => {
    const report = await measureQuality(given, { target: 'city' });
    const lines = qualityText(report).split('\n');
    expect(lines[0]).toBe('Quality of 60 synthetic rows beside 100 real ones, 40 held out');
    const line = (start: string) => lines.find((each) => each.startsWith(start));
    expect(line('Overall')).toContain(report.score!.toFixed(3));
    expect(line('Column shapes')).toMatch(/lowest: day 0\.\d{3}, weight 0\.\d{3}/);
    expect(line('Column pair trends')).toMatch(
      /2 of 6 pairs count, all pairs 0\.\d{3}; lowest: city × day 0\.\d{3}$/,
    );
    expect(line('city, learnt of synthetic rows')).toContain(
      'accuracy of a classifier on 40 held-out rows',
    );
    expect(line('Privacy of training')).toMatch(/% are closer to rows of training/);
    expect(line('weight ')).toMatch(/KSComplement +0\.\d{3} .* 20 %, 20 %$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(130);
  });

  test('says where there is nothing to tell', async () => {
    const one = {
      columns: [columns[0]!],
      real: Float32Array.of(1, 2, 3),
      synthetic: Float32Array.of(1, 2, 2),
    };
    const text = qualityText(await measureQuality(one));
    expect(text).toMatch(/Column pair trends +– +there is one column/);
    expect(text).toMatch(/Privacy of training +– +no rows were held out from training/);
    expect(text).not.toMatch(/NaN|undefined|null/);
  });
});
