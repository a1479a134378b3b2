import { listed } from '../base/excerpt.js';
import type { Privacy } from '../data/quality/privacy.js';
import type { QualityReport } from '../data/quality/report.js';
import type { ClassifierScores, RegressorScores, Usefulness } from '../data/quality/usefulness.js';
import { formatCount, formatNumber } from './number.js';
import { formatTable } from './table.js';

/** A measure, its score, and words about it. */
type Row = [measure: string, score: string, about: string];

/** Columns that are told by name. */
const named = 3;

/** Columns of the table under the scores; of more, the least alike. */
const mostColumns = 24;

const score = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(3);

const percent = (part: number) => `${Number((100 * part).toFixed(1))} %`;

/** The lowest scores by name, the lowest first: `Sex 0.812`. */
function lowest(
  scores: readonly { readonly name: string; readonly score: number | null }[],
): string[] {
  return scores
    .filter((each) => each.score !== null && each.score < 0.9995)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0))
    .map((each) => `${each.name} ${score(each.score)}`);
}

function lowestColumns({ columns }: QualityReport['columnShapes' | 'coverage' | 'boundaries']) {
  const low = lowest(columns.map(({ column, score }) => ({ name: column, score })));
  return low.length === 0 ? '' : `lowest: ${low.slice(0, named).join(', ')}`;
}

function pairsText({ pairs, allPairs }: QualityReport['columnPairTrends']): string {
  if (pairs.length === 0) return 'there is one column';
  const counting = pairs.filter(({ counts }) => counts);
  const [low] = lowest(
    counting.map(({ columns, score }) => ({ name: columns.join(' × '), score })),
  );
  return [
    `${formatCount(counting.length)} of ${formatCount(pairs.length)} pairs count, all pairs ${score(allPairs)}`,
    ...(low === undefined ? [] : [`lowest: ${low}`]),
  ].join('; ');
}

function privacyRows({ baseline, overfitting }: Privacy): Row[] {
  const distances = `median ${formatNumber(baseline.synthetic)}, of random rows ${formatNumber(baseline.random)}`;
  return [
    ['Distance to real rows', score(baseline.score), distances],
    overfitting
      ? [
          'Privacy of training',
          score(overfitting.score),
          `${percent(overfitting.closerToTraining)} are closer to rows of training than to held-out ones; half is best`,
        ]
      : ['Privacy of training', '–', 'no rows were held out from training'],
  ];
}

const scoresOf = (scores: ClassifierScores | RegressorScores) =>
  'accuracy' in scores
    ? { main: scores.accuracy, is: 'accuracy', other: `F1 ${score(scores.f1)}` }
    : { main: scores.r2, is: 'R²', other: `error ${formatNumber(scores.rmse)}` };

function usefulnessRows(found: Usefulness | undefined): Row[] {
  if (!found) return [];
  const { target, learner, rows, testedOn } = found;
  const tested = `${formatCount(rows.tested)} ${testedOn === 'held out' ? 'held-out rows' : 'rows of training'}`;
  return (['synthetic', 'real'] as const).map((of) => {
    const { main, is, other } = scoresOf(found[of]);
    const how = of === 'synthetic' ? `${is} of a ${learner} on ${tested}` : is;
    return [`${target}, learnt of ${of} rows`, score(main), `${how}; ${other}`];
  });
}

/** The columns, least alike first, with their scores. */
function columnsTable({
  columnShapes,
  coverage,
  boundaries,
  missingValues,
}: QualityReport): string {
  const byName = <T extends { readonly column: string }>(all: readonly T[]) =>
    new Map(all.map((each) => [each.column, each]));
  const [covered, bound] = [byName(coverage.columns), byName(boundaries.columns)];
  const missing = byName(missingValues.columns);
  const sorted = [...columnShapes.columns].sort((a, b) => (a.score ?? 2) - (b.score ?? 2));
  const shown = sorted.slice(0, mostColumns);
  const rows = shown.map(({ column, metric, score: alike }) => {
    const { real, synthetic } = missing.get(column) ?? { real: 0, synthetic: 0 };
    return [
      column,
      metric,
      score(alike),
      score(covered.get(column)?.score),
      score(bound.get(column)?.score),
      real === 0 && synthetic === 0 ? '–' : `${percent(real)}, ${percent(synthetic)}`,
    ];
  });
  const left = sorted.slice(mostColumns).map(({ column }) => column);
  return formatTable(
    [
      'Column',
      'Shape by',
      ...['Shape', 'Coverage', 'Boundaries', 'Missing: real, synthetic'].map(
        (header) => ({ header, align: 'right' }) as const,
      ),
    ],
    rows,
    left.length > 0 ? { footer: `More alike: ${listed(left)}` } : {},
  );
}

/**
 * A report of quality as text for the terminal: the scores with the columns that lower them, then all columns,
 * least alike first. Without a newline at its end.
 */
export function qualityText(report: QualityReport): string {
  const { rows, newRows, coverage, boundaries, missingValues, columnShapes } = report;
  const { thresholds } = report.columnPairTrends;
  const held = rows.heldOut > 0 ? `, ${formatCount(rows.heldOut)} held out` : '';
  const copies = `${formatCount(newRows.matched)} of ${formatCount(newRows.rows)} rows match a real one, numbers within ${percent(newRows.tolerance)}`;
  const lines: Row[] = [
    ['Overall', score(report.score), 'mean of column shapes and column pair trends'],
    ['Column shapes', score(columnShapes.score), lowestColumns(columnShapes)],
    [
      'Column pair trends',
      score(report.columnPairTrends.score),
      pairsText(report.columnPairTrends),
    ],
    ['Coverage', score(coverage.score), lowestColumns(coverage)],
    ['Boundaries', score(boundaries.score), lowestColumns(boundaries)],
    ['Missing values', score(missingValues.score), ''],
    ['New rows', score(newRows.score), copies],
    ...privacyRows(report.privacy),
    ...usefulnessRows(report.usefulness),
  ];
  return [
    formatTable(['Measure', { header: 'Score', align: 'right' }, 'About'], lines, {
      footer: `Pairs count where real columns have |r| > ${thresholds.correlation} or V > ${thresholds.association}.`,
      title: `Quality of ${formatCount(rows.synthetic)} synthetic rows beside ${formatCount(rows.real)} real ones${held}`,
    }),
    '',
    columnsTable(report),
  ].join('\n');
}
