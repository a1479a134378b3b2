import { expect, test } from 'vitest';
import { judgeRanking } from '../../src/report/ranking.js';
import { readJson } from '../fixtures.js';

interface Case {
  readonly labels: number[];
  readonly scores: number[];
  readonly areaUnderRoc: number;
  readonly averagePrecision: number;
}

/** Cases by bench/peers/ranking_fixtures.py. */
const cases = await readJson<Case[]>('ranking.json');

test.each(cases)(
  'a ranking is judged as scikit-learn judges it',
  ({ labels, scores, ...right }) => {
    const found = judgeRanking(scores, (i) => labels[i] === 1);
    expect(found.areaUnderRoc).toBeCloseTo(right.areaUnderRoc, 12);
    expect(found.averagePrecision).toBeCloseTo(right.averagePrecision, 12);
  },
);

test('infinite scores are the highest, and equal', () => {
  const scores = [Infinity, 3, Infinity, 1];
  const { areaUnderRoc, averagePrecision } = judgeRanking(scores, (i) => i === 0);
  expect(areaUnderRoc).toBeCloseTo((1 + 1 + 0.5) / 3, 12);
  expect(averagePrecision).toBe(0.5);
});

test('nothing is judged where all are of one kind', () => {
  expect(judgeRanking([1, 2], () => true).areaUnderRoc).toBeNaN();
  expect(judgeRanking([1, 2], () => false).averagePrecision).toBeNaN();
});
