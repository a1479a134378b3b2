import type { Bar, Marginal } from '../../../data/quality/marginals.js';
import { dateOf } from '../../../data/quality/marginals.js';
import type { QualityReport } from '../../../data/quality/report.js';
import { classLook } from '../../class-colours.js';
import { style } from '../../style.js';

/** Length of a panel in points. */
const width = 150;
const height = 88;

/** Panels of a picture at most; of more columns, the least alike are shown. */
const mostPanels = 36;

export const kinds = ['real', 'synthetic'] as const;

/** The colours of real and synthetic rows, the same in all pictures. */
export const kindColours = [classLook(0).colour, classLook(3).colour];

const colour = (of: (typeof kinds)[number]) => ({
  datum: of,
  type: 'nominal' as const,
  title: null,
  scale: { domain: [...kinds], range: kindColours },
  legend: { orient: 'top' as const, symbolType: 'square' as const },
});

const share = {
  type: 'quantitative',
  title: null,
  axis: null,
  scale: { zero: true, nice: false },
} as const;

/** Bars of numbers or dates: real ones filled, synthetic ones as a line over them. */
function numberLayers({ column, bars }: Marginal) {
  const at = (value: number) => (column.date ? dateOf(column, value) : value);
  const type = column.date ? 'temporal' : 'quantitative';
  const filled = bars.map(({ from = 0, to = 0, real }) => ({ from: at(from), to: at(to), real }));
  const last = bars.at(-1);
  const steps = [...bars, { ...last, from: last?.to }].map(({ from = 0, synthetic }) => ({
    from: at(from),
    synthetic,
  }));
  const axis = { title: null, axis: { tickCount: 3, labelOverlap: true, grid: false } } as const;
  const x = {
    field: 'from',
    type,
    scale: { nice: false, ...(!column.date && { zero: false }) },
    ...axis,
  } as const;
  return [
    {
      data: { values: filled },
      mark: { type: 'bar', opacity: 0.55 },
      encoding: {
        x: { ...x, bin: 'binned' },
        x2: { field: 'to' },
        y: { field: 'real', ...share },
        color: colour('real'),
      },
    },
    {
      data: { values: steps },
      mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.5 },
      encoding: { x, y: { field: 'synthetic', ...share }, color: colour('synthetic') },
    },
  ] as const;
}

/** Bars of categories, real and synthetic ones beside each other. */
function categoryLayers(bars: readonly Bar[]) {
  const sort = bars.map(({ name }) => name ?? '');
  return kinds.map((of) => ({
    data: { values: bars.map((bar) => ({ name: bar.name, of, share: bar[of] })) },
    mark: { type: 'bar' as const, opacity: of === 'real' ? 0.55 : 1 },
    encoding: {
      x: {
        field: 'name',
        type: 'nominal' as const,
        title: null,
        sort,
        scale: { paddingInner: 0.25, paddingOuter: 0.15 },
        axis: { labelAngle: -35, labelLimit: 90, ticks: false },
      },
      xOffset: { field: 'of', type: 'nominal' as const, scale: { domain: [...kinds] } },
      y: { field: 'share', ...share },
      color: colour(of),
    },
  }));
}

const percent = (part: number) => `${Number((100 * part).toFixed(1))} %`;

/** The line under a column's name: how alike it is, and which share is missing. */
function subtitle({ missing }: Marginal, score: number | null | undefined): string {
  const alike = score === null || score === undefined ? 'no values' : score.toFixed(3);
  if (missing.real === 0 && missing.synthetic === 0) return alike;
  return `${alike}, missing ${percent(missing.real)}, ${percent(missing.synthetic)}`;
}

function panel(marginal: Marginal, score: number | null | undefined) {
  const { column, bars } = marginal;
  const isOfNames = bars.some(({ name }) => name !== undefined);
  return {
    title: {
      text: column.name,
      subtitle: subtitle(marginal, score),
      // Vega guesses widths of text, and guesses high.
      limit: 1.6 * width,
      frame: 'group' as const,
      fontSize: style.labelSize,
      subtitleFontSize: style.labelSize - 1,
      subtitleColor: style.line,
      offset: 4,
    },
    width,
    height,
    layer: isOfNames ? categoryLayers(bars) : [...numberLayers(marginal)],
  };
}

/** The columns that are shown: all, or the least alike, in the table's order. */
function chosen(all: readonly Marginal[], { columnShapes }: QualityReport): readonly Marginal[] {
  if (all.length <= mostPanels) return all;
  const score = (i: number) => columnShapes.columns[i]?.score ?? 2;
  const places = all.map((_, i) => i).sort((a, b) => score(a) - score(b));
  const least = new Set(places.slice(0, mostPanels));
  return all.filter((_, i) => least.has(i));
}

/** Small multiples of all columns, real against synthetic, as a part of a Vega-Lite specification. */
export function marginalsPart(all: readonly Marginal[], report: QualityReport) {
  const shown = chosen(all, report);
  const scores = new Map(report.columnShapes.columns.map(({ column, score }) => [column, score]));
  const mean = report.columnShapes.score;
  const of = shown.length < all.length ? `: the ${shown.length} of ${all.length} least alike` : '';
  return {
    title: `Column shapes${mean === null ? '' : ` ${mean.toFixed(3)}`}${of}`,
    concat: shown.map((marginal) => panel(marginal, scores.get(marginal.column.name))),
    columns: Math.min(6, Math.max(3, Math.ceil(Math.sqrt(1.6 * shown.length)))),
    spacing: { row: 26, column: 22 },
    resolve: { scale: { color: 'shared' as const } },
  };
}
