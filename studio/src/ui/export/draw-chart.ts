import { ticks } from 'd3-array';
import { token } from '../../app/theme.js';
import { tickText } from '../number.js';
import type { Mark, Series } from '../plot.js';

/** A chart as it is exported. */
export interface DrawnChart {
  readonly title: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** Range of the value axis: above 0 on a logarithmic one. */
  readonly range: readonly [low: number, high: number];
  readonly log: boolean;
  readonly marks?: readonly Mark[] | undefined;
}

/** A chart's size, and its plot's margins, in pixels. */
export const chartSize = { width: 560, height: 340 };
const margins = { left: 64, right: 16, top: 64, bottom: 44 };

interface Plane {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  toX(x: number): number;
  toY(y: number): number;
}

/** Draws charts beside one another, each of `chartSize`. */
export function drawCharts(context: CanvasRenderingContext2D, charts: readonly DrawnChart[]): void {
  const { width, height } = chartSize;
  context.fillStyle = token('--panel');
  context.fillRect(0, 0, charts.length * width, height);
  charts.forEach((chart, i) => {
    drawChart(context, chart, planeOf(chart, i * width));
  });
}

function planeOf({ x, range: [low, high], log }: DrawnChart, start: number): Plane {
  const [left, right] = [start + margins.left, start + chartSize.width - margins.right];
  const [top, bottom] = [margins.top, chartSize.height - margins.bottom];
  const end = x.at(-1) || 1;
  const scaled = (y: number) => (log ? Math.log10(y) : y);
  const [from, to] = [scaled(low), scaled(high)];
  return {
    ...{ left, right, top, bottom },
    toX: (at) => left + (at / end) * (right - left),
    toY: (y) => bottom - ((scaled(y) - from) / (to - from || 1)) * (bottom - top),
  };
}

function drawChart(context: CanvasRenderingContext2D, chart: DrawnChart, plane: Plane): void {
  drawWords(context, chart, plane);
  drawAxes(context, chart, plane);
  const { left, right, top, bottom } = plane;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  for (const series of chart.series) drawSeries(context, chart.x, series, plane);
  context.restore();
  drawMarks(context, chart.marks ?? [], plane);
}

const fontOf = (size: number, weight = 400) => [weight, `${size}px ${token('--font')}`].join(' ');

/** The title, and the names of the lines below it. */
function drawWords(
  context: CanvasRenderingContext2D,
  { title, series }: DrawnChart,
  { left, top }: Plane,
): void {
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.fillStyle = token('--text');
  context.font = fontOf(14, 600);
  context.fillText(title, left, top - 38);
  context.font = fontOf(12);
  let at = left;
  for (const { label, colour, dashed, pale } of series) {
    if (pale) continue;
    line(context, [at, top - 18], [at + 22, top - 18], token(colour), 2, dashed ? [6, 4] : []);
    context.fillText(label, at + 28, top - 14);
    at += 28 + context.measureText(label).width + 18;
  }
}

function drawAxes(
  context: CanvasRenderingContext2D,
  { x, xLabel, unit, range, log }: DrawnChart,
  { left, right, top, bottom, toX, toY }: Plane,
): void {
  context.font = fontOf(12);
  const [soft, grid] = [token('--text-soft'), token('--line')];
  for (const y of log ? powers(range) : ticks(...range, 5)) {
    line(context, [left, toY(y)], [right, toY(y)], grid, 1);
    context.fillStyle = soft;
    context.textAlign = 'right';
    context.fillText(tickText(y), left - 6, toY(y) + 4);
  }
  for (const at of ticks(0, x.at(-1) || 1, 6)) {
    line(context, [toX(at), top], [toX(at), bottom], grid, 1);
    context.fillStyle = soft;
    context.textAlign = 'center';
    context.fillText(tickText(at), toX(at), bottom + 16);
  }
  context.fillText(xLabel, (left + right) / 2, bottom + 36);
  context.textAlign = 'right';
  context.fillText(unit, left - 6, top - 14);
}

function drawSeries(
  context: CanvasRenderingContext2D,
  x: readonly number[],
  { values, colour, dashed, marked, pale }: Series,
  { toX, toY }: Plane,
): void {
  const places = values.flatMap((value, i) =>
    value === null || !Number.isFinite(toY(value)) ? [] : [[toX(x[i]!), toY(value)] as const],
  );
  context.globalAlpha = pale ? 0.3 : 1;
  context.strokeStyle = token(colour);
  context.lineWidth = pale ? 1 : 2;
  context.lineJoin = 'round';
  context.setLineDash(dashed ? [6, 4] : []);
  context.beginPath();
  for (const [left, top] of places) context.lineTo(left, top);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (!marked || pale) return;
  context.fillStyle = token(colour);
  for (const [left, top] of places) {
    context.beginPath();
    context.arc(left, top, 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawMarks(
  context: CanvasRenderingContext2D,
  marks: readonly Mark[],
  { top, bottom, toX }: Plane,
): void {
  context.font = fontOf(11);
  context.textAlign = 'left';
  context.fillStyle = token('--text');
  for (const { x, text } of marks) {
    line(context, [toX(x), top], [toX(x), bottom], token('--line-strong'), 1, [3, 3]);
    context.fillText(text, toX(x) + 4, top + 12);
  }
}

function line(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
  colour: string,
  width: number,
  dash: number[] = [],
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.setLineDash([]);
}

/** The powers of ten within bounds; round values where there are none. */
function powers(range: readonly [number, number]): number[] {
  const [from, to] = [Math.ceil(Math.log10(range[0])), Math.floor(Math.log10(range[1]))];
  if (to < from) return ticks(...range, 4);
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}
