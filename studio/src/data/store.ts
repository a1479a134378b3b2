import { signal } from '@preact/signals';
import { said, t } from '../language/language.js';
import { helper } from '../model/helper.js';
import { siteData } from '../offline/site.js';
import { database } from '../storage/database.js';
import type { AddedData, AddOptions, DataFacts, DataName } from './info.js';
import { removeKeptData } from './kept-info.js';

/** Data that the page can train on. */
export interface DataEntry extends DataFacts {
  readonly data: DataName;
  /** Its name, of published data in English. */
  readonly title: string;
  /** Tells whether only the helping worker has it, because the browser keeps nothing or has no room. */
  readonly inMemory?: boolean;
}

const mnistLike = { shape: [1, 28, 28], size: 60_000, hasTest: true, classes: 10 };

/** The name of data with the number of its examples, for people. */
export function titleOf({ data, title, size, shape, table }: DataEntry): string {
  if (!data.startsWith('kept:')) return t(title);
  if (table) return t('{name}: {count} rows', { name: title, count: size });
  return shape.length === 3
    ? t('{name}: {count} images', { name: title, count: size })
    : t('{name}: {count} examples', { name: title, count: size });
}

const knownData: readonly DataEntry[] = [
  { data: 'mnist', title: said('MNIST: handwritten digits'), ...mnistLike },
  { data: 'fashion-mnist', title: said('Fashion-MNIST: clothes'), ...mnistLike },
];

/** The public datasets, which lie beside the page. */
export const publishedData = knownData.filter(({ data }) => siteData?.includes(data) ?? true);

/** Data that was given to the page, the newest first. */
export const ownData = signal<readonly DataEntry[]>([]);

/** Lists anew the data that the browser keeps. */
export async function refreshData(): Promise<void> {
  const kept = await (await database()).getAll('dataInfo');
  const inMemory = ownData.value.filter((each) => each.inMemory);
  const listed = kept
    .sort((a, b) => b.created - a.created)
    .map(({ id, name, ...facts }) => ({
      data: `kept:${id}`,
      title: name,
      ...facts,
    }));
  ownData.value = [...inMemory, ...listed];
}

/** Facts of data before it is loaded. */
export function dataEntry(data: DataName): DataEntry | undefined {
  return [...publishedData, ...ownData.value].find((each) => each.data === data);
}

/** Forgets data that was given to the page. @throws UserError when the browser does not let go of it */
export async function removeData(data: DataName): Promise<void> {
  const isKept = ownData.value.some((each) => each.data === data && !each.inMemory);
  ownData.value = ownData.value.filter((each) => each.data !== data);
  if (!isKept) return;
  await removeKeptData(data.replace(/^kept:/, ''));
  await refreshData();
}

/**
 * Reads files into data that the page can train on.
 * @param onCount told how far pictures are, a proxy
 * @throws UserError when they hold none
 */
export async function addData(
  files: Readonly<Record<string, Blob>>,
  options: AddOptions,
  onCount?: (done: number, of: number) => void,
): Promise<AddedData> {
  const added = await helper().service.addData(files, options, onCount);
  await refreshData().catch(() => undefined);
  if (!dataEntry(added.data)) {
    const { train, test, classNames } = added;
    const facts = { size: train.size, hasTest: test !== undefined, classes: classNames?.length };
    const entry = { ...added, ...facts, inMemory: true };
    ownData.value = [entry, ...ownData.value];
  }
  return added;
}
