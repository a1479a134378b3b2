import type { PairTrend } from '../../../data/quality/pairs.js';
import type { QualityReport } from '../../../data/quality/report.js';
import { style } from '../../style.js';

/** Length of a matrix's side in points, about. */
const side = 300;

/** Numbers are written into the cells of small matrices. */
const mostWritten = 12;

interface Cell {
  readonly x: string;
  readonly y: string;
  readonly value: number;
}

/** The colours of similarity: less similar is darker. */
const similarity = { domain: [0.5, 1], scheme: 'oranges', reverse: true };

/** Both halves of a matrix. */
const mirrored = (pairs: readonly PairTrend[], of: (pair: PairTrend) => number | null): Cell[] =>
  pairs.flatMap((pair) => {
    const value = of(pair);
    const [x, y] = pair.columns;
    return value === null
      ? []
      : [
          { x, y, value },
          { x: y, y: x, value },
        ];
  });

function matrix(
  title: string,
  cells: readonly Cell[],
  names: readonly string[],
  scale: { readonly domain: number[]; readonly scheme: string; readonly reverse?: boolean },
  isDark: string,
) {
  const length = Math.round(Math.min(44, Math.max(9, side / names.length))) * names.length;
  const labels = { sort: [...names], title: null } as const;
  const labelFontSize = Math.min(style.labelSize, length / names.length - 0.5);
  const axis = { labelLimit: 130, labelFontSize, ticks: false, domain: false } as const;
  const x = { field: 'x', type: 'nominal', ...labels, axis: { ...axis, labelAngle: -45 } } as const;
  const y = { field: 'y', type: 'nominal', ...labels, axis } as const;
  const cell = {
    mark: { type: 'rect' as const },
    encoding: {
      x: { ...x, scale: { domain: [...names] } },
      y: { ...y, scale: { domain: [...names] } },
      color: {
        field: 'value',
        type: 'quantitative' as const,
        title: null,
        scale: { ...scale, clamp: true },
        legend: { gradientLength: Math.min(length, 160) },
      },
    },
  };
  const written = {
    mark: { type: 'text' as const, fontSize: style.labelSize - 1 },
    encoding: {
      x,
      y,
      text: { field: 'value', type: 'quantitative' as const, format: '.2f' },
      color: {
        condition: { test: isDark, value: 'white' },
        value: style.text,
      },
    },
  };
  return {
    title: { text: title, anchor: 'start' as const, fontSize: style.titleSize },
    data: { values: [...cells] },
    width: length,
    height: length,
    layer: names.length <= mostWritten ? [cell, written] : [cell],
  };
}

/**
 * Shows how alike pairs of columns are, and the correlations of columns of numbers in real and in
 * synthetic rows, as a part of a Vega-Lite specification; undefined where there is no pair.
 */
export function trendsPart({ columnPairTrends, columnShapes }: QualityReport) {
  const { pairs, score, allPairs } = columnPairTrends;
  if (pairs.length === 0) return undefined;
  const names = columnShapes.columns.map(({ column }) => column);
  const alike = mirrored(pairs, (pair) => pair.score);
  const counting = pairs.filter(({ counts }) => counts).length;
  const ofAll = allPairs === null ? '' : `, all pairs ${allPairs.toFixed(3)}`;
  const title = `Column pair trends${score === null ? '' : ` ${score.toFixed(3)}`}: ${counting} of ${pairs.length} pairs count${ofAll}`;
  const correlated = pairs.filter(({ metric }) => metric === 'CorrelationSimilarity');
  const numbers = names.filter((name) => correlated.some(({ columns }) => columns.includes(name)));
  const correlations = (of: 'real' | 'synthetic') =>
    matrix(
      `Correlation, ${of}`,
      mirrored(correlated, (pair) => pair[of]),
      numbers,
      { domain: [-1, 1], scheme: 'blueorange' },
      'abs(datum.value) > 0.7',
    );
  return {
    title,
    hconcat: [
      matrix('Similarity', alike, names, similarity, 'datum.value < 0.7'),
      ...(correlated.length > 0 ? [correlations('real'), correlations('synthetic')] : []),
    ],
    spacing: 24,
    resolve: { scale: { color: 'independent' as const } },
  };
}
