import type { DataLayout, Expected } from './layout.js';
import { base64 } from './packed.js';
import { pyarrowFiles } from './pyarrow-files.js';

const file = (name: keyof typeof pyarrowFiles) => base64(pyarrowFiles[name]);

function parquet(
  title: string,
  name: keyof typeof pyarrowFiles,
  expect: DataLayout['expect'],
  options?: DataLayout['options'],
): DataLayout {
  const files = { 'a.parquet': file(name) };
  return { title, files, open: 'a.parquet', expect, ...(options ? { options } : {}) };
}

/** The table that is written by every codec and encoding. */
const plain: Expected = {
  shape: [3],
  size: 40,
  columns: ['a', 'b', 'c'],
  values: Array.from({ length: 40 }, (_, i) => [i / 4, 0 - i, i % 5]).flat(),
};

const codecs = ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd'] as const;

const encoded: readonly DataLayout[] = [
  ...codecs.map((codec) => parquet(`Parquet, packed by ${codec}`, `codec ${codec}`, plain)),
  parquet('Parquet with data pages of version 2', 'pages 2.0', plain),
  parquet('Parquet of format version 1.0', 'version 1.0', plain),
  parquet('Parquet without dictionaries', 'no dictionary', plain),
  parquet('Parquet with split streams and differences', 'stream split', plain),
  parquet('Parquet in several row groups', 'groups', {
    ...plain,
    origins: Array.from({ length: 40 }, (_, i) => `row ${i + 1}`),
  }),
];

const typed: readonly DataLayout[] = [
  parquet('Parquet: whole numbers and floats of all sizes', 'types', {
    shape: [8],
    values: [-1, 1, -300, 1, 1, 1, 0.5, 0.25, 2, 255, 300, 65535, 4294967296, 2 ** 40, -2, 3],
  }),
  parquet('Parquet: decimals', 'decimals', {
    columns: ['price', 'large'],
    values: [12.34, 1234567890123456.5, -0.05, 2.5].map(Math.fround),
  }),
  parquet('Parquet: timestamps, dates, words, structures, bytes, lists of words', 'told', {
    columns: ['x', 'on'],
    values: [1, 1, 2, 0, 3, 1],
    notes: [
      /column "on": true is read as 1/,
      /column "at" left out: it holds timestamps/,
      /column "day" left out: it holds dates/,
      /column "name" left out: it holds words/,
      /column "meta" left out: it holds structures/,
      /column "raw" left out: it holds bytes/,
      /column "tags" left out: it holds lists of words/,
      /column "bag" left out: it holds lists of different lengths/,
    ],
  }),
  parquet('Parquet: lists of one length beside a number', 'lists', {
    shape: [4],
    columns: ['embedding[0]', 'embedding[1]', 'embedding[2]', 'age'],
    values: [0.5, 1.5, 2.5, 7, 3.5, 4.5, 5.5, 8],
  }),
  parquet('Parquet: lists of fixed size', 'fixed lists', {
    shape: [4],
    values: [0, 1, 2, 3, 4, 5, 6, 7],
  }),
  parquet('Parquet: pictures as lists of rows', 'matrix', {
    shape: [1, 2, 3],
    dtype: 'uint8',
    values: [0, 64, 128, 255, 0, 1, 9, 8, 7, 6, 5, 4].map((value) => value / 255),
    labels: [3, 1],
  }),
  parquet('Parquet: gaps', 'gaps', {
    refused: /gaps in "a" 1 and "b" 1 of 3 rows \(the first at row 2\)/,
  }),
  parquet(
    'Parquet: gaps filled (--missing mean)',
    'gaps',
    { values: [1, 4, 1, 2, 2, 1, 3, 6, 1] },
    { missing: 'mean' },
  ),
  parquet('Parquet: a column of nothing', 'nulls', {
    columns: ['a'],
    notes: [/column "none" left out: it holds nothing/],
  }),
];

const labelled: readonly DataLayout[] = [
  parquet('Parquet: labels as floats', 'float labels', {
    labels: Array.from({ length: 12 }, (_, i) => i % 11),
    classNames: null,
  }),
  parquet('Parquet: labels true and false', 'true labels', {
    labels: [1, 0],
    classNames: ['false', 'true'],
  }),
  parquet("Parquet: pandas' categories", 'category', {
    shape: [1],
    labels: [1, 0, 1],
    classNames: ['a', 'b'],
  }),
  parquet("Parquet: Hugging Face's names of classes", 'hub classes', {
    labels: [1, 0],
    classNames: ['cat', 'dog'],
  }),
  parquet('Parquet: a column that tells train, validation and test', 'split', {
    size: 2,
    values: [1, 4],
    validation: 1,
    test: 1,
  }),
  parquet('Parquet of pandas', 'pandas', { columns: ['a', 'b'], values: [1.5, 4, 2.5, 5, 3.5, 6] }),
  parquet('Parquet of pandas with an index (DataFrame.sample)', 'pandas sample', {
    columns: ['a', 'b'],
    notes: [/column "__index_level_0__" left out: it numbers or names the rows/],
  }),
  parquet('Parquet of pandas with a named index', 'pandas named index', {
    columns: ['a', 'b'],
    values: [1.5, 4, 2.5, 5, 3.5, 6],
    notes: [/column "customer" left out: it numbers or names the rows/],
  }),
  parquet('Parquet of pandas with dates as index', 'pandas dates', {
    columns: ['a', 'b'],
    notes: [/column "day" left out/],
  }),
];

const hub = {
  'README.md': '# A data set',
  'data/train-00000-of-00002.parquet': file('hub train 0'),
  'data/train-00001-of-00002.parquet': file('hub train 1'),
  'data/test-00000-of-00001.parquet': file('hub test'),
};
const three: Expected = { size: 3, shape: [1], values: [1, 2, 3], labels: [0, 1, 1], test: 1 };

const folders: readonly DataLayout[] = [
  {
    title: 'A repository of Hugging Face: data/train-00000-of-00002.parquet, README.md',
    files: hub,
    expect: { ...three, notes: [/train from .* test from/] },
  },
  {
    title: 'Hugging Face, converted: default/train/0000.parquet',
    files: {
      'default/train/0000.parquet': file('hub train 0'),
      'default/train/0001.parquet': file('hub train 1'),
      'default/test/0000.parquet': file('hub test'),
    },
    expect: three,
  },
  {
    title: 'A repository of several sets',
    files: { 'cola/train.parquet': file('hub train 0'), 'sst2/train.parquet': file('hub test') },
    expect: { refused: /several sets of tables in it: cola and sst2\. Give one of these folders/ },
  },
  {
    title: 'Hidden files beside Parquet files (._train.parquet)',
    files: {
      'train.parquet': file('hub train 0'),
      '._train.parquet': Uint8Array.from([0, 5, 22, 7]),
      '.cache/a.parquet': Uint8Array.from([1]),
    },
    expect: { size: 2, notes: [/'\._train\.parquet'.* left out: they are hidden/] },
  },
  {
    title: 'Parquet files for train, validation and test',
    files: {
      'train.parquet': file('hub train 0'),
      'validation.parquet': file('hub train 1'),
      'test.parquet': file('hub test'),
    },
    expect: { size: 2, validation: 1, test: 1 },
  },
  {
    title: "A file with Parquet's name and other content",
    files: { 'a.parquet': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n' },
    open: 'a.parquet',
    expect: { refused: /is a pointer of Git LFS/ },
  },
];

/** Parquet files and folders of them. */
export const parquetTables: readonly DataLayout[] = [...encoded, ...typed, ...labelled, ...folders];
