import { useEffect, useRef } from 'preact/hooks';
import type { AlignedData } from 'uplot';
import { theme } from '../app/theme.js';
import type { Plot, PlotLook, Series } from './plot.js';

export type { Series };

interface ChartProps extends PlotLook {
  /** The chart in words, for users of screen readers. */
  readonly label: string;
  readonly x: readonly number[];
}

/** Lines over x, with the values under the pointer below them. */
export function Chart({ label, x, xLabel, series, unit, log = false, height = 200 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const data = [x, ...series.map(({ values }) => values)] as AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const { value: shownTheme } = theme;
  // No ticks between whole epochs: there are no values.
  const whole = x.every(Number.isInteger);
  const look = JSON.stringify(series.map(({ values: _, ...rest }) => rest));
  useEffect(() => {
    let current = true;
    // Loaded with the first chart: most of the page does without.
    import('./plot.js').then(({ plotIn }) => {
      if (!current) return;
      const options = { series, unit, xLabel, log, height, whole };
      plot.current = plotIn(place.current!, options, latest.current);
    });
    return () => {
      current = false;
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [look, unit, xLabel, log, height, whole, shownTheme]);
  useEffect(() => plot.current?.setData(data));
  return <div ref={place} class="chart" role="img" aria-label={label} />;
}
