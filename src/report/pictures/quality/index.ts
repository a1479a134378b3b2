import type { TopLevelSpec } from 'vega-lite';
import { marginals } from '../../../data/quality/marginals.js';
import { pairsToShow, pairView } from '../../../data/quality/pair-points.js';
import type { QualityReport } from '../../../data/quality/report.js';
import type { QualityRows } from '../../../data/quality/rows.js';
import { drawChart } from '../../chart.js';
import { formatCount } from '../../number.js';
import { style } from '../../style.js';
import { marginalsPart } from './marginals.js';
import { pairsPart } from './pairs.js';
import { trendsPart } from './trends.js';

/** Pairs of columns that are drawn. */
const shownPairs = 4;

/** Choices of the picture of quality. */
export interface QualityPictureOptions {
  /** Pairs of columns to draw; the four that are least alike when left out. */
  readonly pairs?: readonly (readonly [x: string, y: string])[];
}

/** The chart of `qualityPicture` as a Vega-Lite specification. */
export function qualitySpec(
  rows: QualityRows,
  report: QualityReport,
  options: QualityPictureOptions = {},
): TopLevelSpec {
  const { score, rows: counts, columnPairTrends } = report;
  const chosen =
    options.pairs ?? pairsToShow(columnPairTrends.pairs, shownPairs).map(({ columns }) => columns);
  const views = chosen.flatMap((names) => pairView(rows, names) ?? []);
  const trends = trendsPart(report);
  const told = score === null ? '' : `: ${score.toFixed(3)}`;
  const parts = [
    marginalsPart(marginals(rows), report),
    ...(trends ? [trends] : []),
    ...(views.length > 0
      ? [
          pairsPart(
            views,
            options.pairs ? 'Pairs of columns' : 'Pairs of columns that are least alike',
          ),
        ]
      : []),
  ];
  return {
    title: {
      text: `Quality of ${formatCount(counts.synthetic)} synthetic rows beside ${formatCount(counts.real)} real ones${told}`,
      fontSize: style.titleSize + 3,
      offset: 16,
    },
    vconcat: parts,
    spacing: 36,
    resolve: { scale: { color: 'independent' } },
  } as TopLevelSpec;
}

/**
 * Real against synthetic rows: how each column is spread, how alike pairs of columns depend on each
 * other, and the pairs that are least alike.
 * @param rows that the report is about
 * @returns a PNG file
 */
export async function qualityPicture(
  rows: QualityRows,
  report: QualityReport,
  options: QualityPictureOptions = {},
): Promise<Uint8Array> {
  return drawChart(qualitySpec(rows, report, options));
}
