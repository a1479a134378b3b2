import type { TableColumn } from '../../../data/column.js';
import { categoryName, dateOf } from '../../../data/quality/marginals.js';
import type { PairView } from '../../../data/quality/pair-points.js';
import { style } from '../../style.js';
import { kindColours, kinds } from './marginals.js';

/** Length of a plot's side in points. */
const side = 150;

const at = (column: TableColumn, value: number) => dateOf(column, value);

/** A position of numbers or dates, over the range that bars are about. */
function numberPosition(column: TableColumn, edges: readonly number[], field: string) {
  return {
    field,
    type: column.date ? ('temporal' as const) : ('quantitative' as const),
    title: column.name,
    scale: {
      // A domain in numbers would not be one of dates for both ends of a bar.
      domainRaw: { signal: `[${at(column, edges[0]!)}, ${at(column, edges.at(-1)!)}]` },
      nice: false,
      ...(!column.date && { zero: false }),
    },
    axis: { tickCount: 4, labelOverlap: true, grid: false, titleLimit: side + 30 },
  };
}

function namePosition(column: TableColumn, field: string) {
  const { categories = [] } = column;
  return {
    field,
    type: 'nominal' as const,
    title: column.name,
    sort: [...categories],
    axis: {
      labelLimit: 100,
      ticks: false,
      titleLimit: side + 30,
      ...(field === 'x' && { labelAngle: -35 }),
    },
  };
}

function scatter(
  { columns, edges }: PairView,
  points: readonly (readonly [number, number])[],
  colour: string,
) {
  const [x, y] = columns;
  return {
    data: { values: points.map(([across, up]) => ({ x: at(x, across), y: at(y, up) })) },
    mark: { type: 'circle' as const, size: 10, opacity: 0.5, color: colour, clip: true },
    encoding: {
      x: numberPosition(x, edges[0]!, 'x'),
      y: numberPosition(y, edges[1]!, 'y'),
    },
  };
}

function heat(
  { columns, edges }: PairView,
  cells: NonNullable<PairView['real']['cells']>,
  largest: number,
) {
  const [x, y] = columns;
  const named = (column: TableColumn, place: number) => categoryName(column, place);
  const bar = (
    column: TableColumn,
    own: readonly number[] | undefined,
    field: 'x' | 'y',
    place: number,
  ) =>
    own
      ? { [field]: at(column, own[place]!), [`${field}2`]: at(column, own[place + 1]!) }
      : { [field]: named(column, place) };
  const position = (column: TableColumn, own: readonly number[] | undefined, field: 'x' | 'y') =>
    own
      ? {
          [field]: { ...numberPosition(column, own, field), bin: 'binned' as const },
          [`${field}2`]: { field: `${field}2` },
        }
      : { [field]: namePosition(column, field) };
  return {
    data: {
      values: cells.map((cell) => ({
        ...bar(x, edges[0], 'x', cell.x),
        ...bar(y, edges[1], 'y', cell.y),
        share: cell.share,
      })),
    },
    mark: { type: 'rect' as const },
    encoding: {
      ...position(x, edges[0], 'x'),
      ...position(y, edges[1], 'y'),
      color: {
        field: 'share',
        type: 'quantitative' as const,
        scale: { domain: [0, largest], scheme: 'blues' },
        legend: null,
      },
    },
  };
}

function plot(view: PairView, of: (typeof kinds)[number]) {
  const { points, cells = [] } = view[of];
  const largest = Math.max(
    ...[view.real, view.synthetic].flatMap((each) => each.cells ?? []).map(({ share }) => share),
  );
  return {
    title: {
      text: of,
      fontSize: style.labelSize,
      color: kindColours[kinds.indexOf(of)] ?? style.text,
    },
    width: side,
    height: side,
    ...(points
      ? scatter(view, points, kindColours[kinds.indexOf(of)] ?? style.text)
      : heat(view, cells, largest)),
  };
}

/** Pairs of columns, real beside synthetic, as a part of a Vega-Lite specification. */
export function pairsPart(views: readonly PairView[], title: string) {
  return {
    title,
    concat: views.flatMap((view) => kinds.map((of) => plot(view, of))),
    columns: 4,
    spacing: { row: 24, column: 24 },
    resolve: { scale: { color: 'independent' as const } },
  };
}
