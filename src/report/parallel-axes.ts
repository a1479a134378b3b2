import { ticks } from 'd3-array';
import { formatNumber } from './number.js';
import { shortNames, valueText } from './setting-text.js';

/** A line over parallel axes. */
export interface Line {
  /** Values of settings by their paths. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The number that lines are compared by. */
  readonly value: number;
}

/** An axis, with places from 0, its lower end, to 1. */
export interface ParallelAxis {
  readonly name: string;
  /** The place of each line. */
  readonly places: readonly number[];
  /** Places with words. */
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

/** Most values of one axis that have a mark each. */
const mostMarked = 6;

/** The ratio from which on positive numbers are seen by their logarithms. */
const wideRatio = 20;

/** Powers of ten, with 2 and 5 times these where they are few, between two numbers. */
function logTicks(low: number, high: number): number[] {
  const exponents = Array.from(
    { length: Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => Math.floor(Math.log10(low)) + i,
  );
  const within = (value: number) => value >= low && value <= high;
  const tens = exponents.map((each) => 10 ** each).filter(within);
  if (tens.length > 2) return tens;
  const steps = exponents.flatMap((each) => [1, 2, 5].map((first) => first * 10 ** each));
  return steps.filter(within);
}

/** A number beside a mark: without the digits that tell nothing. */
const markText = (value: number) =>
  value !== 0 && Math.abs(value) < 1e-3
    ? formatNumber(value)
    : String(Number(value.toPrecision(5)));

function numberAxis(name: string, values: readonly number[]): ParallelAxis {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [low, high] = [distinct[0]!, distinct.at(-1)!];
  const isLog = low > 0 && high / low >= wideRatio;
  const scaled = isLog ? Math.log : (value: number) => value;
  const reach = scaled(high) - scaled(low);
  const place = (value: number) => (reach === 0 ? 0.5 : (scaled(value) - scaled(low)) / reach);
  const marked =
    distinct.length <= mostMarked
      ? distinct
      : isLog
        ? logTicks(low, high)
        : ticks(low, high, mostMarked - 1);
  return {
    name,
    places: values.map(place),
    marks: marked.map((value) => ({ at: place(value), text: markText(value) })),
  };
}

function wordAxis(name: string, values: readonly unknown[]): ParallelAxis {
  const texts = values.map(valueText);
  const distinct = [...new Set(texts)];
  const place = (text: string) => 1 - (distinct.indexOf(text) + 0.5) / distinct.length;
  return {
    name,
    places: texts.map(place),
    marks: distinct.map((text) => ({ at: place(text), text })),
  };
}

/** Axes of the settings in which lines differ, and one of the number that they are compared by, the last. */
export function parallelAxes(lines: readonly Line[], metric: string): readonly ParallelAxis[] {
  const paths = Object.keys(lines[0]?.settings ?? {});
  const names = shortNames(paths);
  const axes = paths.flatMap((path, i) => {
    const values = lines.map(({ settings }) => settings[path]);
    if (new Set(values.map((value) => JSON.stringify(value))).size < 2) return [];
    const isNumber = values.every((value) => typeof value === 'number');
    return [isNumber ? numberAxis(names[i]!, values) : wordAxis(names[i]!, values)];
  });
  return [
    ...axes,
    numberAxis(
      metric,
      lines.map(({ value }) => value),
    ),
  ];
}
