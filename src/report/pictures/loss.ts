import type { TopLevelSpec } from 'vega-lite';
import { UserError } from '../../base/errors.js';
import { drawChart } from '../chart.js';
import { classLook } from '../class-colours.js';
import { formatNumber } from '../number.js';
import { style } from '../style.js';

/** One epoch of a run's history: means over the examples, in nats; `val_` is validation. */
export interface LossRow {
  readonly epoch: number;
  readonly loss?: number;
  readonly reconstruction?: number;
  readonly kl?: number;
  readonly val_loss?: number;
  readonly val_reconstruction?: number;
  readonly val_kl?: number;
}

type Metric = 'loss' | 'reconstruction' | 'kl';

interface Value {
  readonly epoch: number;
  readonly value: number;
  readonly of: 'training' | 'validation';
}

const panels: readonly { readonly metric: Metric; readonly title: string }[] = [
  { metric: 'loss', title: 'Loss' },
  { metric: 'reconstruction', title: 'Reconstruction' },
  { metric: 'kl', title: 'KL divergence' },
];

function metricValues(history: readonly LossRow[], metric: Metric): Value[] {
  return history
    .flatMap((row): Value[] => [
      { epoch: row.epoch, value: row[metric] ?? Number.NaN, of: 'training' },
      { epoch: row.epoch, value: row[`val_${metric}`] ?? Number.NaN, of: 'validation' },
    ])
    .filter(({ value }) => Number.isFinite(value));
}

interface ValueAxis {
  readonly domain: [number, number];
  /** The words about a first epoch out of the plot, and their place. */
  readonly cut?: { readonly text: string; readonly epoch: number; readonly value: number };
}

const bounds = (values: readonly Value[]) => {
  const numbers = values.map(({ value }) => value);
  return { low: Math.min(...numbers), high: Math.max(...numbers) };
};

function paddedDomain({ low, high }: ReturnType<typeof bounds>, share: number): [number, number] {
  const padding = share * (high - low || Math.abs(high) || 1);
  return [low - padding, high + padding];
}

/**
 * Bounds of the value axis. The first tenth of the epochs (at least one) often lies far from the
 * rest and would press it flat: it is then left to run out of the plot.
 */
function valueAxis(values: readonly Value[]): ValueAxis {
  const epochs = [...new Set(values.map(({ epoch }) => epoch))];
  const settledFrom = epochs[Math.ceil(epochs.length / 10)];
  const first = values[0];
  const all = bounds(values);
  if (first && settledFrom !== undefined && epochs.length >= 5) {
    const settled = bounds(values.filter(({ epoch }) => epoch >= settledFrom));
    if (all.high - all.low > 4 * (settled.high - settled.low)) {
      const domain = paddedDomain(settled, 0.15);
      const text = `epoch ${first.epoch}: ${formatNumber(first.value)}`;
      const value = domain[first.value > settled.high ? 1 : 0];
      return { domain, cut: { text, epoch: settledFrom, value } };
    }
  }
  return { domain: paddedDomain(all, 0.05) };
}

/** One metric's curves by epoch. */
function panelSpec(title: string, values: Value[], series: string[], points: boolean) {
  const { domain, cut } = valueAxis(values);
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    scale: { zero: false, nice: false, padding: 6 },
    axis: { tickMinStep: 1, tickCount: 6, format: 'd', grid: false },
  } as const;
  const y = {
    field: 'value',
    type: 'quantitative',
    title: 'nats',
    scale: { domain, nice: false, zero: false },
    axis: { tickCount: 6 },
  } as const;
  const of = { field: 'of', type: 'nominal', title: null } as const;
  const range = [classLook(0).colour, classLook(3).colour];
  const legend = { orient: 'top', symbolType: 'stroke', symbolSize: 500, symbolStrokeWidth: 2 };
  const curves = {
    data: { values },
    mark: { type: 'line', clip: true, strokeWidth: 2, point: points },
    encoding: {
      x,
      y,
      color: { ...of, scale: { domain: series, range }, legend },
      strokeDash: {
        ...of,
        scale: {
          domain: series,
          range: [
            [1, 0],
            [5, 3],
          ],
        },
      },
    },
  } as const;
  const note =
    cut &&
    ({
      data: { values: [cut] },
      mark: {
        type: 'text',
        text: cut.text,
        align: 'left',
        baseline: cut.value === domain[1] ? 'top' : 'bottom',
        dx: 6,
        fontSize: style.labelSize,
        color: style.text,
      },
      encoding: { x, y },
    } as const);
  return { title, width: 240, height: 230, layer: note ? [curves, note] : [curves] };
}

/** The chart of `lossPicture` as a Vega-Lite specification. */
export function lossSpec(history: readonly LossRow[]): TopLevelSpec {
  const shown = panels
    .map(({ metric, title }) => ({ title, values: metricValues(history, metric) }))
    .filter(({ values }) => values.length > 0);
  if (shown.length === 0) throw new UserError('Loss picture: the history holds no finite number.');
  const validated = shown.some(({ values }) => values.some(({ of }) => of === 'validation'));
  const series = validated ? ['training', 'validation'] : ['training'];
  return {
    spacing: 28,
    hconcat: shown.map(({ title, values }) =>
      panelSpec(title, values, series, history.length <= 20),
    ),
  };
}

/**
 * Loss, reconstruction and KL divergence of training and validation by epoch, side by side. A first
 * epoch far above the rest runs out of the plot, with its value written beside it.
 * @param history one row an epoch; numbers that are missing or not finite are left out
 * @returns a PNG file
 * @throws UserError when no number is finite
 */
export async function lossPicture(history: readonly LossRow[]): Promise<Uint8Array> {
  return drawChart(lossSpec(history));
}
