import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from '../../../src/report/number.js';
import { token } from '../app/theme.js';
import { nearestPlace } from './nearest.js';
import { tickText } from './number.js';

export interface Series {
  readonly label: string;
  /** A custom property that is its colour, such as `--series-1`. */
  readonly colour: string;
  /** One for each x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Tells whether each value is marked, for few of them. */
  readonly marked?: boolean;
  readonly dashed?: boolean;
  /** Drawn in the background, without words in the legend. */
  readonly pale?: boolean;
}

/** A vertical line at a place, with a word or two. */
export interface Mark {
  readonly x: number;
  readonly text: string;
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
  /** Charts of the same name show their values at one x while the pointer is on one of them. */
  readonly group?: string;
}

interface PlotOptions extends PlotLook {
  /** Tells whether there are no ticks between whole numbers. */
  readonly whole: boolean;
}

/** The content of a plot, which changes more often than its look. */
export interface PlotContent {
  /** Columns, x first. */
  readonly data: uPlot.AlignedData;
  /** Range of the value axis, where it is not logarithmic. */
  readonly range?: readonly [low: number, high: number] | undefined;
  readonly marks?: readonly Mark[] | undefined;
}

/** A plot that stands in an element and has its width. */
export interface Plot {
  show(content: PlotContent): void;
  destroy(): void;
}

/** Puts a plot into an element. */
export function plotIn(place: HTMLElement, options: PlotOptions, first: PlotContent): Plot {
  const { height = 200 } = options;
  let content = first;
  const look = optionsOf({ ...options, width: place.clientWidth }, () => content);
  const made = new uPlot(look, first.data, place);
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry!.contentRect.width);
    if (width > 0 && width !== made.width) made.setSize({ width, height });
  });
  observer.observe(place);
  return {
    show(next) {
      content = next;
      made.setData(next.data);
    },
    destroy() {
      observer.disconnect();
      made.destroy();
    },
  };
}

const wholeSteps = [1, 10, 100, 1000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

const latest = (values: ArrayLike<number | null | undefined>) =>
  Array.from(values).findLast((value) => value != null);

const textAxis = () => {
  const [line, font] = [token('--line'), `12px ${token('--font')}`];
  return {
    stroke: token('--text-soft'),
    font,
    labelFont: font,
    labelSize: 18,
    labelGap: 0,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
};

/** The scales; x begins with the training. */
const scalesOf = (log: boolean, content: () => PlotContent): uPlot.Scales => ({
  x: { time: false, range: (_, low, high) => [Math.min(0, low), high || 1] },
  y: log
    ? { distr: 3 }
    : { range: (_, low, high) => [...(content().range ?? [low, high])] as [number, number] },
});

/** Rows in which the words of marks stand. */
const textRows = 4;

/** Draws the marks over a plot's lines. */
function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = token('--line-strong');
  ctx.fillStyle = token('--text');
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px ${token('--font')}`;
  ctx.textBaseline = 'top';
  marks.forEach(({ x, text }, i) => {
    const left = Math.round(plot.valToPos(x, 'x', true));
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    const isNearEnd = left > bbox.left + bbox.width / 2;
    ctx.textAlign = isNearEnd ? 'right' : 'left';
    // Rows keep words of marks that are near from covering each other.
    const row = 2 + 13 * (i % textRows);
    ctx.fillText(text, left + (isNearEnd ? -4 : 4) * ratio, bbox.top + row * ratio);
  });
  ctx.restore();
}

const seriesOf = ({ label, colour, marked = false, dashed = false, pale = false }: Series) => ({
  label,
  ...(pale ? { class: 'pale' } : {}),
  stroke: pale ? `color-mix(in srgb, ${token(colour)} 30%, transparent)` : token(colour),
  width: pale ? 1 : 2,
  spanGaps: true,
  ...(dashed ? { dash: [6, 4] } : {}),
  points: { show: marked && !pale, size: 6, fill: token(colour) },
});

function optionsOf(
  {
    series,
    unit,
    xLabel,
    log = false,
    height = 200,
    group,
    whole,
    width,
  }: PlotOptions & { readonly width: number },
  content: () => PlotContent,
): uPlot.Options {
  const axis = textAxis();
  const shown = (value: number | null | undefined) => (value == null ? '–' : formatNumber(value));
  return {
    width,
    height,
    cursor: {
      points: { size: 7 },
      drag: { x: false, y: false },
      dataIdx: (plot, column, place, at) =>
        column === 0 ? place : nearestPlace(plot.data[0], plot.data[column]!, place, at),
      ...(group ? { sync: { key: group } } : {}),
    },
    legend: { markers: { width: 2 } },
    scales: scalesOf(log, content),
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
    hooks: { draw: [(plot) => drawMarks(plot, content().marks ?? [])] },
    series: [
      { label: xLabel, value: (_, value) => (value === null ? '–' : value.toFixed(2)) },
      ...series.map((each) => ({
        ...seriesOf(each),
        // The latest value is shown when there is no pointer.
        value: (plot: uPlot, value: number | null, column: number, row: number | null) =>
          `${shown(row === null ? latest(plot.data[column]!) : value)} ${unit}`,
      })),
    ],
  };
}
