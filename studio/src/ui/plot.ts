import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from '../../../src/report/number.js';
import { token } from '../app/theme.js';
import { tickText } from './number.js';

export interface Series {
  readonly label: string;
  /** A custom property that is its colour, such as `--series-1`. */
  readonly colour: string;
  /** One for each x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Whether each value is marked, for few of them. */
  readonly marked?: boolean;
  readonly dashed?: boolean;
}

/** The look of a plot. */
export interface PlotLook {
  /** The quantity that x counts. */
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** The unit of the values. */
  readonly unit: string;
  readonly log?: boolean;
  readonly height?: number;
}

interface PlotOptions extends PlotLook {
  /** Whether there are no ticks between whole numbers. */
  readonly whole: boolean;
}

/** A plot that stands in an element and has its width. */
export interface Plot {
  setData(data: uPlot.AlignedData): void;
  destroy(): void;
}

/** Puts a plot of columns, x first, into an element. */
export function plotIn(place: HTMLElement, options: PlotOptions, data: uPlot.AlignedData): Plot {
  const { height = 200 } = options;
  const made = new uPlot(optionsOf({ ...options, width: place.clientWidth }), data, place);
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry!.contentRect.width);
    if (width > 0 && width !== made.width) made.setSize({ width, height });
  });
  observer.observe(place);
  return {
    setData: (next) => made.setData(next),
    destroy() {
      observer.disconnect();
      made.destroy();
    },
  };
}

const wholeSteps = [1, 10, 100, 1000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

const latest = (values: ArrayLike<number | null | undefined>) =>
  Array.from(values).findLast((value) => value != null);

function optionsOf({
  series,
  unit,
  xLabel,
  log = false,
  height = 200,
  whole,
  width,
}: PlotOptions & { readonly width: number }): uPlot.Options {
  const [text, line, font] = [token('--text-soft'), token('--line'), token('--font')];
  const axis = {
    stroke: text,
    font: `12px ${font}`,
    labelFont: `12px ${font}`,
    labelSize: 18,
    labelGap: 0,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
  const shown = (value: number | null | undefined) => (value == null ? '–' : formatNumber(value));
  return {
    width,
    height,
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    legend: { markers: { width: 2 } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      {
        ...axis,
        label: xLabel,
        size: 30,
        values: (_, ticks) => ticks.map(String),
        ...(whole ? { incrs: wholeSteps } : {}),
      },
      {
        ...axis,
        label: unit,
        size: 56,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : tickText(tick))),
      },
    ],
    series: [
      { label: xLabel, value: (_, value) => (value === null ? '–' : value.toFixed(2)) },
      ...series.map(({ label, colour, marked = false, dashed = false }) => ({
        label,
        stroke: token(colour),
        width: 2,
        spanGaps: true,
        ...(dashed ? { dash: [6, 4] } : {}),
        points: { show: marked, size: 6, fill: token(colour) },
        // Without a pointer the latest value is shown.
        value: (plot: uPlot, value: number | null, column: number, row: number | null) =>
          `${shown(row === null ? latest(plot.data[column]!) : value)} ${unit}`,
      })),
    ],
  };
}
