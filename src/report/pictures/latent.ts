import type { TopLevelSpec } from 'vega-lite';
import { UserError } from '../../base/errors.js';
import { median } from '../../base/median.js';
import { drawChart } from '../chart.js';
import { classLook, pointShapes } from '../class-colours.js';
import { style } from '../style.js';

/** Length of the plot's longer side in points. */
const side = 460;
const legendRows = 20;

/** Number of classes beyond which looks come again, and the legend, larger than the map, is left out. */
const mostInLegend = 10 * Object.keys(pointShapes).length;

interface Point {
  readonly z1: number;
  readonly z2: number;
  readonly class?: string;
  /** null where there is none. */
  readonly number?: number | null;
}

/** Options for the colours of points and the names of their axes. */
export interface LatentOptions {
  /** Numbers that colour the points in the place of classes, under a name; NaN where there is none. */
  readonly numbers?: { readonly name: string; readonly values: ArrayLike<number> } | undefined;
  /** `z₁` and `z₂` when left out. */
  readonly axes?: readonly [string, string] | undefined;
}

/** A class of the points. */
interface Class {
  readonly label: number;
  readonly name: string;
}

/** The colours and shapes of points, by their numbers or classes; none where there are neither. */
function looksOf(classes: readonly Class[] | undefined, numbers: LatentOptions['numbers']) {
  if (numbers) {
    const scale = { scheme: 'viridis' as const };
    const type = 'quantitative' as const;
    return { color: { field: 'number', type, title: numbers.name, scale } };
  }
  if (!classes) return {};
  const domain = classes.map(({ name }) => name);
  const looks = classes.map(({ label }) => classLook(label));
  const columns = Math.ceil(classes.length / legendRows);
  const legend = classes.length > mostInLegend ? null : { symbolSize: 70, columns };
  const of = { field: 'class', type: 'nominal' as const, title: null, legend };
  return {
    color: { ...of, scale: { domain, range: looks.map(({ colour }) => colour) } },
    shape: { ...of, scale: { domain, range: looks.map(({ shape }) => shape) } },
  };
}

/** Bounds of both axes and the plot's size, so that one unit is as long on both. */
function equalAspect(points: readonly Point[]) {
  const bounds = (values: readonly number[]) => {
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return { centre: (low + high) / 2, span: (high - low) * 1.04 };
  };
  const x = bounds(points.map(({ z1 }) => z1));
  const y = bounds(points.map(({ z2 }) => z2));
  const longest = Math.max(x.span, y.span) || 1;
  // A very flat cloud still gets a plot with room for labels.
  const axis = ({ centre, span }: { centre: number; span: number }) => {
    const shown = Math.max(span, longest * 0.6);
    return {
      domain: [centre - shown / 2, centre + shown / 2],
      length: Math.round((side * shown) / longest),
    };
  };
  return { x: axis(x), y: axis(y), unit: side / longest };
}

/**
 * The classes' names, each at the median of its points unless it would cover an earlier one. Where
 * fewer than two thirds find room there are none: the rest would mislead.
 * @param unit length of one unit of z in points
 */
function classCentres(
  points: readonly Point[],
  classes: readonly string[],
  unit: number,
): readonly Point[] {
  const placed: Point[] = [];
  for (const name of classes) {
    const members = points.filter((point) => point.class === name);
    const z1 = median(members.map((point) => point.z1));
    const z2 = median(members.map((point) => point.z2));
    const free = placed.every((other) => {
      const letters = (name.length + (other.class?.length ?? 0)) / 2;
      return (
        Math.abs(z1 - other.z1) * unit > 0.7 * letters * style.titleSize ||
        Math.abs(z2 - other.z2) * unit > style.titleSize
      );
    });
    if (free) placed.push({ class: name, z1, z2 });
  }
  return placed.length >= (2 / 3) * classes.length ? placed : [];
}

/** The chart of `latentPicture` as a Vega-Lite specification. */
export function latentSpec(
  means: Float32Array,
  labels?: ArrayLike<number>,
  classNames?: readonly string[],
  { numbers, axes = ['z₁', 'z₂'] }: LatentOptions = {},
): TopLevelSpec {
  const count = means.length / 2;
  if (!Number.isInteger(count) || count === 0) {
    throw new UserError(`Latent picture: ${means.length} values are not points of two latents.`);
  }
  if (labels && labels.length !== count) {
    throw new UserError(
      `Latent picture: ${count} points but ${labels.length} labels. Give one label a point.`,
    );
  }
  const className = (label: number) => classNames?.[label] ?? String(label);
  const points: Point[] = [];
  for (let row = 0; row < count; row++) {
    const z1 = means[2 * row]!;
    const z2 = means[2 * row + 1]!;
    if (!Number.isFinite(z1) || !Number.isFinite(z2)) continue;
    const number = numbers?.values[row];
    points.push({
      ...{ z1, z2 },
      ...(labels ? { class: className(labels[row]!) } : {}),
      ...(number === undefined ? {} : { number: Number.isNaN(number) ? null : number }),
    });
  }
  if (points.length === 0) throw new UserError('Latent picture: no point is finite.');

  const classes = labels
    ? [...new Set(Array.from(labels))]
        .sort((a, b) => a - b)
        .map((label) => ({ label, name: className(label) }))
    : [];
  const { x, y, unit } = equalAspect(points);
  const names = classCentres(
    points,
    classes.map(({ name }) => name),
    unit,
  );
  const axis = { tickCount: 8 };
  const position = {
    x: { field: 'z1', type: 'quantitative', title: axes[0], axis, scale: { domain: x.domain } },
    y: { field: 'z2', type: 'quantitative', title: axes[1], axis, scale: { domain: y.domain } },
  } as const;
  return {
    width: x.length,
    height: y.length,
    layer: [
      {
        data: { values: points },
        mark: {
          type: 'point',
          filled: true,
          // Shapes are told apart only where they are large.
          size: points.length > 2000 && classes.length <= 10 ? 8 : 20,
          opacity: 0.7,
          color: classLook().colour,
        },
        encoding: {
          ...position,
          ...looksOf(labels && classes, numbers),
        },
      },
      // The names stand on the clouds as well, as some people cannot tell the colours apart.
      ...[style.halo, undefined].map((halo) => ({
        data: { values: [...names] },
        mark: {
          type: 'text' as const,
          fontSize: style.titleSize,
          color: style.text,
          ...(halo && { stroke: halo, strokeWidth: 3.5, strokeJoin: 'round' as const }),
        },
        encoding: { ...position, text: { field: 'class', type: 'nominal' as const } },
      })),
    ],
  };
}

/**
 * Posterior means of two latents as points, coloured by class, with a legend; one unit is as long
 * on both axes. Points that are not finite are left out.
 * @param means shape [N, 2], row-major
 * @param labels the class of each point
 * @param classNames the name of class i at place i; its number where there is none
 * @param options numbers that colour the points in the place of classes, and names of the axes
 * @returns a PNG file
 * @throws UserError when the values are not pairs, none is finite, or labels and points differ in count
 */
export async function latentPicture(
  means: Float32Array,
  labels?: ArrayLike<number>,
  classNames?: readonly string[],
  options?: LatentOptions,
): Promise<Uint8Array> {
  return drawChart(latentSpec(means, labels, classNames, options));
}
