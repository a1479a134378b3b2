import { type ChartProps, shownOf } from '../chart.js';
import type { DrawnChart } from './draw-chart.js';
import type { Exports } from './export-button.js';

/** A chart of the page, with a title for where it stands alone. */
export interface TitledChart extends Omit<ChartProps, 'label'> {
  readonly title: string;
}

/** Pixels of a picture for each of a drawing: it stays sharp on paper. */
const sharpness = 2;

function drawnOf({ x, series, look, ...chart }: TitledChart): DrawnChart | undefined {
  const { drawn, range, log } = shownOf(x, series, look);
  return range && { ...chart, x, log, series: drawn, range: [range.low, range.high] };
}

/** Charts as a drawing and as a picture, as they look now, and their numbers as a table. */
export function chartExports(charts: readonly TitledChart[], csv: () => string): Exports {
  const drawn = charts.flatMap((chart) => drawnOf(chart) ?? []);
  return {
    async svg() {
      const [{ svgOf }, { chartSize, drawCharts }] = await Promise.all([
        import('./drawing.js'),
        import('./draw-chart.js'),
      ]);
      const { width, height } = chartSize;
      return svgOf(drawn.length * width, height, (context) => drawCharts(context, drawn));
    },
    async png() {
      const [{ pngOf }, { chartSize, drawCharts }] = await Promise.all([
        import('./files.js'),
        import('./draw-chart.js'),
      ]);
      const canvas = document.createElement('canvas');
      canvas.width = sharpness * drawn.length * chartSize.width;
      canvas.height = sharpness * chartSize.height;
      const context = canvas.getContext('2d')!;
      context.scale(sharpness, sharpness);
      drawCharts(context, drawn);
      return pngOf(canvas);
    },
    csv: async () => csv(),
  };
}
