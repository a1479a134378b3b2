import { isLearnt } from '../../../src/data/column.js';
import { type Dataset, datasets, UserError } from '../../../src/index.js';
import {
  type DataPart,
  database,
  type GivenData,
  type KeptData,
  type KeptDataInfo,
  type PartTexts,
  storageError,
} from '../storage/database.js';

/** Kept data, opened for use. */
export interface OpenedKeptData {
  readonly title: string;
  readonly train: Dataset;
  readonly test?: Dataset;
}

/** Data that was given to the page and is in memory. */
export function datasetsOf(data: GivenData): OpenedKeptData {
  const { name, shape, classNames, columns, table, train, test } = data;
  const part = (title: string, { values, labels, ids, origins }: DataPart) =>
    datasets.fromArray(values, shape, {
      name: title,
      ...(labels ? { labels } : {}),
      ...(classNames ? { classNames } : {}),
      ...(columns ? { columns: columns.map((each) => ({ name: each })) } : {}),
      ...(table ? { table, columns: table.filter(isLearnt) } : {}),
      ...(ids
        ? { ids: ids.map((each) => ({ name: each.name, text: (i) => each.texts[i]! })) }
        : {}),
      ...(origins ? { origin: (i) => origins[i]! } : {}),
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
  const opened = async ({
    values,
    dtype,
    texts,
    ...rest
  }: KeptData['train']): Promise<DataPart> => {
    const bytes = await values.arrayBuffer();
    const told = texts ? (JSON.parse(await texts.text()) as PartTexts) : {};
    return {
      ...rest,
      ...told,
      values: dtype === 'uint8' ? new Uint8Array(bytes) : new Float32Array(bytes),
    };
  };
  const { train, test, ...rest } = kept;
  return datasetsOf({
    ...rest,
    train: await opened(train),
    ...(test ? { test: await opened(test) } : {}),
  });
}

/** Facts of data that the browser keeps; undefined when it does not. */
export async function keptDataInfo(id: string): Promise<KeptDataInfo | undefined> {
  return (await database()).get('dataInfo', id);
}

/** Keeps data in the browser: all of it or nothing. @throws UserError when there is no room */
export async function keepData({ train, test, ...rest }: GivenData): Promise<void> {
  const { classNames: _, columns: __, ...facts } = rest;
  const info = { ...facts, hasTest: test !== undefined };
  const kept = ({ values, ids, origins, ...others }: DataPart): KeptData['train'] => ({
    ...others,
    values: new Blob([values as Uint8Array<ArrayBuffer>]),
    texts: new Blob([JSON.stringify({ ids, origins })]),
    dtype: values instanceof Uint8Array ? 'uint8' : 'float32',
  });
  const data: KeptData = { ...rest, train: kept(train), ...(test ? { test: kept(test) } : {}) };
  const change = (await database()).transaction(['data', 'dataInfo'], 'readwrite');
  try {
    await Promise.all([
      change.objectStore('data').put(data),
      change.objectStore('dataInfo').put(info),
      change.done,
    ]);
  } catch (error) {
    throw storageError(change.error ?? error);
  }
}
