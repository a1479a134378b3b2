import type { TopLevelSpec } from 'vega-lite';
import { UserError } from '../../base/errors.js';
import { drawChart } from '../chart.js';
import { classLook } from '../class-colours.js';
import { type Line, type ParallelAxis, parallelAxes } from '../parallel-axes.js';
import { style } from '../style.js';

/** Points from one axis to the next, and of their length. */
const [between, height] = [120, 280] as const;

/** The colour of the worst line; the best one has the first class's colour. */
const worst = '#d0d7de';

const unit: [number, number] = [0, 1];
const colours = [worst, classLook(0).colour];

/** The words about a picture of lines. */
export interface ParallelOptions {
  /** The number that lines are compared by, which stands on the last axis. */
  readonly metric: string;
  readonly better: 'less' | 'more';
}

/** The encodings of places: the axis, and how high on it. */
function placesOn(names: string[]) {
  return {
    x: {
      field: 'axis',
      type: 'nominal',
      scale: { domain: names, padding: 0.5 },
      axis: {
        title: null,
        orient: 'top',
        labelAngle: 0,
        domain: false,
        ticks: false,
        labelPadding: 10,
      },
    },
    y: { field: 'at', type: 'quantitative', scale: { domain: unit, nice: false }, axis: null },
  } as const;
}

/** Axes with their marks, and words beside these. */
function axisLayers(axes: readonly ParallelAxis[], places: ReturnType<typeof placesOn>) {
  const marks = axes.flatMap(({ name, marks }) => marks.map((mark) => ({ axis: name, ...mark })));
  const words = { align: 'left', dx: 7, fontSize: style.labelSize } as const;
  const halo = { color: style.halo, stroke: style.halo, strokeWidth: 3 };
  const rules = {
    data: { values: axes.map(({ name }) => ({ axis: name, at: 0, end: 1 })) },
    mark: { type: 'rule', color: style.line },
    encoding: { ...places, y2: { field: 'end' } },
  } as const;
  const lines = {
    data: { values: marks },
    mark: { type: 'tick', orient: 'horizontal', size: 7, thickness: 1, color: style.line },
    encoding: places,
  } as const;
  const text = (look: object) =>
    ({
      data: { values: marks },
      mark: { type: 'text', ...words, ...look },
      encoding: { ...places, text: { field: 'text' } },
    }) as const;
  return { under: [rules], over: [lines, text(halo), text({ color: style.text })] } as const;
}

/** The chart of `parallelPicture` as a Vega-Lite specification. */
function parallelSpec(lines: readonly Line[], { metric, better }: ParallelOptions): TopLevelSpec {
  if (lines.length === 0) throw new UserError('Parallel coordinates: there is no line.');
  const sign = better === 'less' ? 1 : -1;
  // The best is drawn last, over the others.
  const order = lines.toSorted((a, b) => sign * (b.value - a.value));
  const axes = parallelAxes(order, metric);
  const places = placesOn(axes.map(({ name }) => name));
  const best = order.length - 1;
  const points = order.flatMap((_, line) =>
    axes.map(({ name, places }) => {
      return { line, axis: name, at: places[line]!, rank: best === 0 ? 1 : line / best };
    }),
  );
  const color = {
    field: 'rank',
    type: 'quantitative',
    scale: { domain: unit, range: colours },
    legend: null,
  } as const;
  const drawn = (isBest: boolean) =>
    ({
      data: { values: points.filter(({ line }) => (line === best) === isBest) },
      mark: { type: 'line', strokeWidth: isBest ? 3 : 1.5, strokeJoin: 'round' },
      encoding: { ...places, color, detail: { field: 'line' } },
    }) as const;
  const { under, over } = axisLayers(axes, places);
  return {
    width: between * axes.length,
    height,
    layer: [...under, drawn(false), drawn(true), ...over],
  };
}

/**
 * Draws runs as lines over their settings and the number that they are compared by, an axis each; the
 * best is drawn in the strongest colour and over the others.
 * @param lines settings by name, and the number; settings that are the same for all are left out
 * @returns a PNG file
 * @throws UserError when there is no line
 */
export async function parallelPicture(
  lines: readonly Line[],
  options: ParallelOptions,
): Promise<Uint8Array> {
  return drawChart(parallelSpec(lines, options));
}
