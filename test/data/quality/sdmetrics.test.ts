import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../../../src/data/column.js';
import { newRows } from '../../../src/data/quality/new-rows.js';
import { baselineProtection, overfittingProtection } from '../../../src/data/quality/privacy.js';
import { measureQuality } from '../../../src/data/quality/report.js';

/** A table, and SDMetrics' numbers of it: `bench/peers/quality_fixtures.py`. */
interface Fixture {
  columns: TableColumn[];
  real: (number | null)[][];
  synthetic: (number | null)[][];
  heldOut: (number | null)[][];
  random: (number | null)[][];
  expected: {
    report: ReportNumbers;
    allPairs: ReportNumbers;
    coverage: Record<string, number | null>;
    boundaries: Record<string, number | null>;
    missing: Record<string, number>;
    newRows: { score: number; num_matched_rows: number };
    baseline: { score: number; synthetic: number; random: number };
    overfitting: { score: number; closerToTraining: number };
  };
}

interface ReportNumbers {
  overall: number;
  shapes: Record<string, number>;
  shapesScore: number;
  pairsScore: number;
  pairs: {
    columns: [string, string];
    metric: string;
    score: number | null;
    realCorrelation: number | null;
    syntheticCorrelation: number | null;
    association: number | null;
    counts: boolean;
  }[];
}

const file = new URL('../../fixtures/quality.json', import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(file, 'utf8'));
const { columns, expected } = fixture;
const values = (rows: (number | null)[][]) =>
  Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
const rows = { columns, real: values(fixture.real), synthetic: values(fixture.synthetic) };
const pace = async () => {};

function near(found: number | null, wanted: number | null, what: string) {
  if (wanted === null || found === null) expect(found, what).toBe(wanted);
  else expect(Math.abs(found - wanted), `${what}: ${found}, not ${wanted}`).toBeLessThan(1e-6);
}

const byName = <T extends { column: string; score: number | null }>(scores: readonly T[]) =>
  Object.fromEntries(scores.map(({ column, score }) => [column, score]));

function nearAll(found: Record<string, number | null>, wanted: Record<string, number | null>) {
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  for (const [name, score] of Object.entries(wanted)) near(found[name]!, score, name);
}

describe('a report has the numbers of SDMetrics', async () => {
  const report = await measureQuality(rows);

  test('column shapes', () => {
    nearAll(byName(report.columnShapes.columns), expected.report.shapes);
    near(report.columnShapes.score, expected.report.shapesScore, 'mean');
    expect(report.columnShapes.columns.map(({ metric }) => metric)).toContain('TVComplement');
  });

  test('column pair trends: of all pairs, and of those that count', () => {
    const { pairs, score, allPairs } = report.columnPairTrends;
    expect(pairs).toHaveLength(expected.allPairs.pairs.length);
    expected.allPairs.pairs.forEach((wanted, i) => {
      const what = wanted.columns.join(', ');
      expect(pairs[i]?.columns).toEqual(wanted.columns);
      expect(pairs[i]?.metric).toBe(wanted.metric);
      near(pairs[i]!.score, wanted.score, what);
      if (wanted.metric !== 'CorrelationSimilarity') return;
      near(pairs[i]!.real, wanted.realCorrelation, what);
      near(pairs[i]!.synthetic, wanted.syntheticCorrelation, what);
    });
    expected.report.pairs.forEach((wanted, i) => {
      const what = wanted.columns.join(', ');
      expect(pairs[i]?.counts, what).toBe(wanted.counts);
      if (wanted.association !== null) near(pairs[i]!.real, wanted.association, what);
    });
    expect(pairs.filter(({ counts }) => counts).length).toBeGreaterThan(3);
    near(score, expected.report.pairsScore, 'mean of pairs that count');
    near(allPairs, expected.allPairs.pairsScore, 'mean of all pairs');
  });

  test('the overall score', () => near(report.score, expected.report.overall, 'overall'));

  test('coverage, boundaries and missing values', () => {
    nearAll(byName(report.coverage.columns), expected.coverage);
    nearAll(byName(report.boundaries.columns), expected.boundaries);
    nearAll(byName(report.missingValues.columns), expected.missing);
  });

  test('new rows', async () => {
    near(report.newRows.score, expected.newRows.score, 'score');
    expect(report.newRows.matched).toBe(expected.newRows.num_matched_rows);
    expect((await newRows({ ...rows, synthetic: rows.real }, pace)).score).toBe(0);
  });

  test('distances to the closest record', async () => {
    const baseline = await baselineProtection(rows, values(fixture.random), pace);
    near(baseline.score, expected.baseline.score, 'score');
    near(baseline.synthetic, expected.baseline.synthetic, 'synthetic');
    near(baseline.random, expected.baseline.random, 'random');
    const overfitting = await overfittingProtection(rows, values(fixture.heldOut), pace);
    near(overfitting.score, expected.overfitting.score, 'score');
    near(overfitting.closerToTraining, expected.overfitting.closerToTraining, 'closer');
  });

  test('JSON holds it as it is', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});
