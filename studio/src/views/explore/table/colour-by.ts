import { categoryCount, type TableColumn } from '../../../../../src/data/column.js';
import { categoryName, dateOf } from '../../../../../src/data/quality/marginals.js';
import { type ClassLook, classLook } from '../../../../../src/report/class-colours.js';
import { counted, t } from '../../../language/language.js';
import { tickText } from '../../../ui/number.js';
import type { Grouping } from '../exploration.js';

/** Colours of numbers, from small to large; all are seen on the map's dark ground. */
const scale = ['#6a5acd', '#3f7fd0', '#2fa7a8', '#5cc779', '#b5d94c', '#f5d63d', '#fff3b0'];

const dot = (colour: string): ClassLook => ({ colour, shape: 'circle' });

/** The look of points that hold no value. */
const missing: ClassLook = { colour: '#7d8792', shape: 'cross' };

/** Categories with colours of their own; the others share one. */
const mostNamed = 9;

/** The places of values of a column in groups, with a name and a look for each. */
export function groupingBy(column: TableColumn, values: Float32Array): Grouping {
  const { labels, names, looks } =
    categoryCount(column) > 0 ? byCategory(column, values) : byNumber(column, values);
  const gap = names.length;
  if (!values.some(Number.isNaN)) return { labels, names, looks };
  return {
    labels: labels.map((label, i) => (Number.isNaN(values[i]) ? gap : label)),
    names: [...names, t('missing')],
    looks: [...looks, missing],
  };
}

function byCategory(column: TableColumn, values: Float32Array): Grouping {
  const counts = new Array<number>(categoryCount(column)).fill(0);
  for (const value of values) if (!Number.isNaN(value)) counts[value]! += 1;
  const places = counts.map((_, place) => place);
  const isMany = counts.length > mostNamed + 1;
  const sorted = isMany ? places.toSorted((a, b) => counts[b]! - counts[a]!) : places;
  const named = isMany ? sorted.slice(0, mostNamed) : sorted;
  const group = places.map((place) => {
    const at = named.indexOf(place);
    return at < 0 ? named.length : at;
  });
  const others = isMany
    ? [counted(counts.length - named.length, { one: '{n} other', other: '{n} others' })]
    : [];
  const names = [...named.map((place) => categoryName(column, place)), ...others];
  return {
    labels: Int32Array.from(values, (value) => group[value] ?? 0),
    names,
    looks: names.map((_, i) => classLook(i, 'onDark')),
  };
}

/** Numbers in groups of about as many values each; few different ones have a group each. */
function byNumber(column: TableColumn, values: Float32Array): Grouping {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const different = [...new Set(sorted)];
  const areFew = different.length <= scale.length;
  const cuts = scale.map((_, i) => sorted[Math.floor((i * sorted.length) / scale.length)]!);
  const edges = areFew ? different : [...new Set(cuts)];
  const text = (value: number) =>
    column.date
      ? new Date(dateOf(column, value)).toISOString().slice(0, 10)
      : tickText(Number(value.toPrecision(4)));
  const step = (scale.length - 1) / Math.max(1, edges.length - 1);
  const nameOf = (edge: number, i: number) =>
    areFew
      ? text(edge)
      : t('{from} to {to}', { from: text(edge), to: text(edges[i + 1] ?? sorted.at(-1)!) });
  return {
    labels: Int32Array.from(values, (value) =>
      Math.max(
        0,
        edges.findLastIndex((edge) => value >= edge),
      ),
    ),
    names: edges.map(nameOf),
    looks: edges.map((_, i) => dot(scale[Math.round(i * step)]!)),
  };
}
