import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../../../src/data/column.js';
import { measureQuality } from '../../../src/data/quality/report.js';
import { usefulnessOf } from '../../../src/data/quality/usefulness.js';

const pace = async () => {};
const number = (name: string): TableColumn => ({
  name,
  kind: 'continuous',
  type: 'number',
  missing: 0,
});
const category = (name: string, categories: string[]): TableColumn => ({
  name,
  kind: 'categorical',
  type: 'text',
  missing: 0,
  categories,
});
const columns = [number('x'), number('y'), category('group', ['a', 'b', 'c']), number('sum')];

/** Numbers that look like chance, the same each time. */
const chance = (i: number) => {
  const wave = 43758.5453 * Math.sin(12.9898 * (i + 1));
  return wave - Math.floor(wave);
};

/** Rows whose group is the third of x and whose sum is 2x + y, or rows in which nothing goes together. */
function rows(count: number, from: number, together = true): Float32Array {
  const values = Array.from({ length: count }, (_, i) => {
    const [x, y, other] = [0, 1, 2].map((k) => chance(3 * (from + i) + k)) as [
      number,
      number,
      number,
    ];
    const of = together ? x : other;
    return [x, y, Math.floor(3 * of), 2 * of + y];
  });
  return Float32Array.from(values.flat());
}

const real = rows(400, 0);
const heldOut = rows(200, 1000);

describe('models learnt on synthetic rows are tested on real ones', () => {
  test('classes: as good as real rows where all goes together, by chance where nothing does', async () => {
    const good = await usefulnessOf(
      { columns, real, heldOut, synthetic: rows(400, 2000) },
      'group',
      0,
      pace,
    );
    expect(good).toMatchObject({
      target: 'group',
      learner: 'classifier',
      testedOn: 'held out',
      rows: { synthetic: 400, real: 400, tested: 200 },
    });
    const without = [0, 1].map((place) => columns[place]!);
    const drop = (all: Float32Array) =>
      Float32Array.from(Array.from(all).filter((_, i) => [0, 1, 2].includes(i % 4)));
    const parts = { columns: [...without, columns[2]!], real: drop(real), heldOut: drop(heldOut) };
    const bad = await usefulnessOf(
      { ...parts, synthetic: drop(rows(400, 2000, false)) },
      'group',
      0,
      pace,
    );
    for (const scores of [good.synthetic, good.real, bad.real]) {
      expect(scores).toHaveProperty('accuracy');
      if ('accuracy' in scores) expect(Math.min(scores.accuracy, scores.f1)).toBeGreaterThan(0.95);
    }
    if ('accuracy' in bad.synthetic) expect(bad.synthetic.accuracy).toBeLessThan(0.5);
  });

  test('numbers: R² and the error in their unit', async () => {
    const synthetic = rows(400, 2000);
    const found = await usefulnessOf({ columns, real, heldOut, synthetic }, 'sum', 0, pace);
    expect(found.learner).toBe('regressor');
    for (const scores of [found.synthetic, found.real]) {
      if (!('r2' in scores)) throw new Error('no regressor');
      expect(scores.r2).toBeGreaterThan(0.95);
      // The variance of 2x + y of two even numbers is 5 / 12.
      expect(scores.rmse).toBeCloseTo(Math.sqrt((1 - scores.r2) * (5 / 12)), 1);
    }
  });

  test('the same each time, other with another seed', async () => {
    const given = { columns, real, heldOut, synthetic: rows(100, 2000) };
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => usefulnessOf(given, 'sum', seed, pace)),
    );
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('rows without the target are left out; without held-out rows, real ones are split', async () => {
    const gaps = real.map((value, i) => (i % 4 === 2 && i < 200 ? Number.NaN : value));
    const given = { columns, real: gaps, synthetic: rows(400, 2000) };
    const found = await usefulnessOf(given, 'group', 0, pace);
    expect(found.testedOn).toBe('training');
    expect(found.rows).toEqual({ tested: 105, real: 245, synthetic: 245 });
  });

  test('a target that is none, or that no row holds, is refused', async () => {
    const given = { columns, real, synthetic: rows(50, 2000) };
    await expect(measureQuality(given, { target: 'grup' })).rejects.toThrow(
      "target 'grup': the table has no such column, or nothing is learnt of it. Did you mean 'group'?",
    );
    const empty = real.map((value, i) => (i % 4 === 2 ? Number.NaN : value));
    await expect(measureQuality({ ...given, real: empty }, { target: 'group' })).rejects.toThrow(
      "target 'group': to learn it takes two rows that hold it",
    );
  });
});

describe('a report', () => {
  test('of rows as good as real ones, and of copies', async () => {
    const good = await measureQuality({ columns, real, heldOut, synthetic: rows(400, 2000) });
    const copies = await measureQuality({ columns, real, heldOut, synthetic: real });
    expect(good.rows).toEqual({ real: 400, synthetic: 400, heldOut: 200 });
    expect(good.score).toBeGreaterThan(0.93);
    expect(good.newRows.score).toBeGreaterThan(0.9);
    expect(good.privacy.overfitting?.score).toBeGreaterThan(0.8);
    expect(good.privacy.overfitting?.sampled).toEqual({ rows: 200, draws: 5 });
    expect(good.usefulness).toBeUndefined();
    expect(copies.score).toBe(1);
    expect(copies.newRows.score).toBe(0);
    expect(copies.privacy.baseline.score).toBe(0);
    // Half of the rows of training are compared, the other half finds no copy of itself.
    expect(copies.privacy.overfitting?.score).toBeLessThan(0.7);
  });

  test('of rows that are too many is about some of them', async () => {
    const many = { columns, real: rows(3000, 0), synthetic: rows(11_000, 5000) };
    const report = await measureQuality(many);
    expect(report.rows.synthetic).toBe(11_000);
    expect(report.newRows.rows).toBe(10_000);
    expect(report.privacy.baseline.sampled).toEqual({ rows: 1000, draws: 5 });
  });

  test('of columns without values, and of one column', async () => {
    const lonely = [number('x'), number('empty')];
    const values = Float32Array.from([1, Number.NaN, 2, Number.NaN, 4, Number.NaN]);
    const report = await measureQuality({ columns: lonely, real: values, synthetic: values });
    expect(report.columnShapes.columns.map(({ score }) => score)).toEqual([1, null]);
    expect(report.columnPairTrends).toMatchObject({ score: null, allPairs: null });
    expect(report.score).toBe(1);
    const one = { columns: [number('x')], real: values.slice(0, 1), synthetic: values.slice(2, 3) };
    expect(await measureQuality(one)).toMatchObject({ score: 0, newRows: { score: 1 } });
  });

  test('of no rows is refused', async () => {
    const given = { columns, real, synthetic: new Float32Array(0) };
    await expect(measureQuality(given)).rejects.toThrow(
      'Quality of rows: synthetic holds 0 values, which are not one row or more of 4 columns.',
    );
    await expect(measureQuality({ ...given, columns: [] })).rejects.toThrow('no columns');
  });

  test('is stopped by a signal', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(measureQuality({ columns, real, synthetic: real }, { signal })).rejects.toBe(
      'enough',
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort('late'), 100);
    const many = { columns, real: rows(6000, 0), synthetic: rows(9000, 9000) };
    await expect(measureQuality(many, { signal: controller.signal, target: 'sum' })).rejects.toBe(
      'late',
    );
  });
});
