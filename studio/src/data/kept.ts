import { type Dataset, datasets, UserError } from '../../../src/index.js';
import {
  database,
  type KeptData,
  type KeptDataInfo,
  type KeptPart,
  storageError,
} from '../runs/database.js';

/** Data as it is used. */
export interface OpenedKeptData {
  readonly title: string;
  readonly train: Dataset;
  readonly test?: Dataset;
}

/** Data that was given to the page and is in memory. */
export function datasetsOf({ name, shape, classNames, train, test }: KeptData): OpenedKeptData {
  const part = (title: string, { values, labels }: KeptPart) =>
    datasets.fromArray(values, shape, {
      name: title,
      ...(labels ? { labels } : {}),
      ...(classNames ? { classNames } : {}),
    });
  return {
    title: name,
    train: part(test ? `${name} train` : name, train),
    ...(test ? { test: part(`${name} test`, test) } : {}),
  };
}

/** Opens data that the browser keeps. @throws UserError when it does not */
export async function openKeptData(id: string): Promise<OpenedKeptData> {
  const kept = await (await database()).get('data', id);
  if (!kept) {
    throw new UserError('This browser no longer keeps the data. Drop the files again.');
  }
  return datasetsOf(kept);
}

/** What is told of data that the browser keeps; undefined when it does not. */
export async function keptDataInfo(id: string): Promise<KeptDataInfo | undefined> {
  return (await database()).get('dataInfo', id);
}

/** Keeps data in the browser: all of it or nothing. @throws UserError when there is no room */
export async function keepData(data: KeptData): Promise<void> {
  const { id, name, shape, size, created } = data;
  const change = (await database()).transaction(['data', 'dataInfo'], 'readwrite');
  try {
    await Promise.all([
      change.objectStore('data').put(data),
      change.objectStore('dataInfo').put({ id, name, shape, size, created }),
      change.done,
    ]);
  } catch (error) {
    throw storageError(change.error ?? error);
  }
}
