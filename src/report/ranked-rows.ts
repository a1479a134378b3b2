import type { Tensor } from 'onnxruntime-common';
import { median } from '../base/median.js';
import type { Dataset } from '../data/dataset.js';
import { csvLine } from './csv.js';

/** Columns that are named beside a row, at most. */
const mostNamed = 3;

/** Scored data. */
export interface ScoredRows {
  readonly data: Dataset;
  /** Score of each example, in nats: [N]. */
  readonly values: Float32Array;
  /** Nats of each value of a table, [N, F]; 0 where it is missing. */
  readonly columns?: Tensor | undefined;
  /** The score over which an example is flagged. */
  readonly threshold?: number | undefined;
  /** The usual score of each column: the median of its nats. */
  readonly usual: readonly number[];
}

/** The medians of columns, over the values that are there: missing values add 0. */
export function usualNats(columns: Tensor | undefined): number[] {
  if (!columns) return [];
  const [count, width] = columns.dims as [number, number];
  return Array.from({ length: width }, (_, c) => {
    const nats = Array.from({ length: count }, (_, i) => columns.data[i * width + c] as number);
    return median(nats.filter((each) => each !== 0));
  });
}

/** The columns that add the most to a row's score over the usual, with the nats that each adds. */
export function oddColumns(
  { columns, data, usual }: Omit<ScoredRows, 'values'>,
  row: number,
): [name: string, nats: number][] {
  const added = usual.map((each, c): [string, number] => {
    const nats = columns!.data[row * usual.length + c] as number;
    return [data.columns?.[c]?.name ?? `value ${c}`, nats === 0 ? 0 : nats - each];
  });
  const odd = added.filter(([, nats]) => nats > 0).sort((a, b) => b[1] - a[1]);
  return odd.slice(0, mostNamed);
}

/** The class of an example by its name, where it has one. */
export const labelText = ({ labels, classNames }: Dataset, row: number) =>
  labels ? (classNames?.[labels[row]!] ?? String(labels[row])) : undefined;

/** All rows as CSV, in an order: the highest scores first. */
export function rankedCsv(
  { data, values, threshold, columns }: Omit<ScoredRows, 'usual'>,
  order: ArrayLike<number>,
): string {
  const ids = data.ids ?? [];
  const names = columns ? (data.columns ?? []).map(({ name }) => `nats ${name}`) : [];
  const width = names.length;
  const header = [
    ...['rank', 'index', ...(data.origin ? ['origin'] : []), ...ids.map(({ name }) => name)],
    ...[...(data.labels ? ['label'] : []), 'score'],
    ...[...(threshold === undefined ? [] : ['flagged']), ...names],
  ];
  const lines = Array.from(order, (row, rank) =>
    csvLine([
      ...[rank + 1, row, ...(data.origin ? [data.origin(row)] : [])],
      ...ids.map(({ text }) => text(row)),
      ...(data.labels ? [labelText(data, row)!] : []),
      values[row]!,
      ...(threshold === undefined ? [] : [String(values[row]! > threshold)]),
      ...names.map((_, c) => columns!.data[row * width + c] as number),
    ]),
  );
  return csvLine(header) + lines.join('');
}
