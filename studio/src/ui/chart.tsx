import { useEffect, useRef } from 'preact/hooks';
import type { AlignedData } from 'uplot';
import { theme } from '../app/theme.js';
import { t } from '../language/language.js';
import type { Look } from './chart-controls.js';
import type { Mark, Plot, PlotLook, Series } from './plot.js';
import { robustRange, wholeRange } from './range.js';
import { smoothed } from './smoothed.js';

export type { Mark, Series };

export interface ChartProps extends Omit<PlotLook, 'log'> {
  /** The chart in words, for users of screen readers. */
  readonly label: string;
  readonly x: readonly number[];
  readonly look: Look;
  readonly marks?: readonly Mark[];
}

/** Lines over x, with the values under the pointer below them. */
export function Chart({ label, x, xLabel, series, unit, height = 200, ...more }: ChartProps) {
  const { look, marks, group } = more;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const { log, drawn, range } = shownOf(x, series, look);
  const content = {
    data: [x, ...drawn.map(({ values }) => values)] as AlignedData,
    range: range && ([range.low, range.high] as const),
    marks,
  };
  const latest = useRef(content);
  latest.current = content;
  const { value: shownTheme } = theme;
  // Whole epochs have no ticks between them: there are no values.
  const whole = x.every(Number.isInteger);
  const lines = JSON.stringify(drawn.map(({ values: _, ...rest }) => rest));
  useEffect(() => {
    let current = true;
    // The reference can be gone before this effect is, when the chart leaves the page.
    const element = place.current!;
    // Loaded with the first chart: most of the page does without.
    import('./plot.js').then(({ plotIn }) => {
      if (!current) return;
      const options = { series: drawn, unit, xLabel, log, height, whole, ...(group && { group }) };
      plot.current = plotIn(element, options, latest.current);
    });
    return () => {
      current = false;
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [lines, unit, xLabel, log, height, whole, group, shownTheme]);
  useEffect(() => plot.current?.show(content));
  return (
    <figure class="chart-figure">
      <div ref={place} class="chart" role="img" aria-label={label} />
      {range?.isCut && !log && (
        <figcaption class="soft small">
          {t('Some values, such as those of the first steps, lie outside of the axis.')}
        </figcaption>
      )}
    </figure>
  );
}

/** The lines of a chart as they look, and the range of its values. */
export function shownOf(x: readonly number[], series: readonly Series[], look: Look) {
  const log = look.log.value;
  const columns = series.map(({ values }) => values);
  return {
    log,
    drawn: withSmoothing(series, look.smoothing.value),
    range: look.all.value || log ? wholeRange(columns, log) : robustRange(x, columns),
  };
}

/** Series with their smooth courses, and the values themselves behind them. */
function withSmoothing(series: readonly Series[], smoothing: number): readonly Series[] {
  if (smoothing === 0) return series;
  return [
    ...series.map((each) => ({ ...each, pale: true })),
    ...series.map((each) => ({ ...each, values: smoothed(each.values, smoothing), marked: false })),
  ];
}
