import { signal } from '@preact/signals';
import type { TableColumn } from '../../../src/data/column.js';
import type { ValueSummary } from '../../../src/data/values.js';
import { helper } from '../model/helper.js';
import { database } from '../storage/database.js';
import type { AddedData, AddOptions, DataName } from './info.js';

/** Data that the page can train on. */
export interface DataEntry {
  readonly data: DataName;
  readonly title: string;
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Number of examples to train on. */
  readonly size: number;
  /** Whether there are others, which are kept from training. */
  readonly hasTest?: boolean | undefined;
  /** A summary of a sample's values, for real ones. */
  readonly values?: ValueSummary | undefined;
  /** All columns of a table that was read column by column. */
  readonly table?: readonly TableColumn[] | undefined;
  /** Whether only the helping worker has it, because the browser keeps nothing or has no room. */
  readonly inMemory?: boolean;
}

const mnistLike = { shape: [1, 28, 28], size: 60_000, hasTest: true };

/** The public datasets, which lie beside the page. */
export const publishedData: readonly DataEntry[] = [
  { data: 'mnist', title: 'MNIST: handwritten digits', ...mnistLike },
  { data: 'fashion-mnist', title: 'Fashion-MNIST: clothes', ...mnistLike },
];

/** Data that was given to the page, the newest first. */
export const ownData = signal<readonly DataEntry[]>([]);

/** Lists anew the data that the browser keeps. */
export async function refreshData(): Promise<void> {
  const kept = await (await database()).getAll('dataInfo');
  const inMemory = ownData.value.filter((each) => each.inMemory);
  const listed = kept
    .sort((a, b) => b.created - a.created)
    .map(({ id, name, shape, size, hasTest, values, table }) => ({
      data: `kept:${id}`,
      title: `${name}: ${size.toLocaleString('en')} ${table ? 'rows' : shape.length === 3 ? 'images' : 'examples'}`,
      shape,
      size,
      hasTest,
      values,
      table,
    }));
  ownData.value = [...inMemory, ...listed];
}

/** Facts of data before it is loaded. */
export function dataEntry(data: DataName): DataEntry | undefined {
  return [...publishedData, ...ownData.value].find((each) => each.data === data);
}

/** Reads files into data that the page can train on. @throws UserError when they hold none */
export async function addData(
  files: Readonly<Record<string, Blob>>,
  options: AddOptions,
): Promise<AddedData> {
  const added = await helper().service.addData(files, options);
  await refreshData().catch(() => undefined);
  if (!dataEntry(added.data)) {
    const { train, test } = added;
    const entry = { ...added, size: train.size, hasTest: test !== undefined, inMemory: true };
    ownData.value = [entry, ...ownData.value];
  }
  return added;
}
