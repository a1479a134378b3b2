import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { readRange } from '../../../src/data/dataset.js';
import { openDataset } from '../../../src/data/open.js';

let root: string;
/** Three row groups of 12, 12 and 6 rows of `quarter`, and other columns. */
let original: Buffer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-parquet-'));
  original = await readFile(
    fileURLToPath(new URL('../../fixtures/tables/numbers.snappy.parquet', import.meta.url)),
  );
});

afterAll(() => rm(root, { recursive: true }));

/** A signed number as thrift's compact protocol writes it. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}

/** Bytes with the only place that holds a sequence changed. */
function replaced(bytes: Buffer, from: readonly number[], to: readonly number[]): Buffer {
  const at = bytes.indexOf(Buffer.from(from));
  expect(at).toBeGreaterThan(0);
  expect(bytes.indexOf(Buffer.from(from), at + 1)).toBe(-1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + from.length)]);
}

/** The first row group, as the file describes it. */
const truth = {
  /** Facts of the column `quarter`. */
  values: 12n,
  whole: 190n,
  packed: 151n,
  data: 74n,
  dictionary: 4n,
  /** Facts of its page of values. */
  pageWhole: 16n,
  pagePacked: 18n,
  pageValues: 12n,
  /** Facts of the group and of the file. */
  rows: 12n,
  allRows: 30n,
  /** Bytes added to the length of the footer. */
  footer: 0n,
};

type Claims = typeof truth;

const columnOf = ({ values, whole, packed, data, dictionary }: Claims) => [
  ...[0x16, ...varint(values), 0x16, ...varint(whole), 0x16, ...varint(packed)],
  ...[0x26, ...varint(data), 0x26, ...varint(dictionary)],
];
const pageOf = ({ pageWhole, pagePacked, pageValues }: Claims) => [
  ...[0x15, 0, 0x15, ...varint(pageWhole), 0x15, ...varint(pagePacked)],
  ...[0x2c, 0x15, ...varint(pageValues)],
];
const groupOf = ({ rows }: Claims) => [0x16, ...varint(rows), 0x26, ...varint(4n)];

/** The file with other claims. */
function claiming(claims: Partial<Claims>): Buffer {
  const all = { ...truth, ...claims };
  const footer = original.readUInt32LE(original.length - 8);
  const start = original.length - 8 - footer;
  const page = pageOf(truth);
  const pages = original.subarray(0, start);
  expect([...pages.subarray(74, 74 + page.length)]).toEqual(page);
  const changedPage = pageOf(all);
  const body = Buffer.concat([
    pages.subarray(0, 74),
    Buffer.from(changedPage),
    pages.subarray(74 + page.length),
  ]);
  // The column is as much longer as its page is.
  const longer = BigInt(changedPage.length - page.length);
  let tail = original.subarray(start, start + footer) as Buffer;
  tail = replaced(tail, columnOf(truth), columnOf({ ...all, packed: all.packed + longer }));
  tail = replaced(tail, groupOf(truth), groupOf(all));
  const schemaEnd = [0x16, ...varint(truth.allRows), 0x19];
  tail = replaced(tail, schemaEnd, [0x16, ...varint(all.allRows), 0x19]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Number(BigInt.asUintN(32, BigInt(tail.length) + all.footer)));
  return Buffer.concat([body, tail, length, Buffer.from('PAR1')]);
}

/** The values of the column in a file, or the line that refuses it, within a second. */
async function outcome(bytes: Buffer): Promise<number[] | string> {
  const path = join(root, 'claims.parquet');
  await writeFile(path, bytes);
  const began = performance.now();
  const read = async () => {
    const { train } = await openDataset(path, { columns: ['quarter'] });
    return Array.from((await readRange(train, 0, train.size)).data as Float32Array);
  };
  const found = await read().catch((error: unknown) => error);
  expect(performance.now() - began).toBeLessThan(2000);
  if (Array.isArray(found)) return found;
  expect(found).toBeInstanceOf(UserError);
  const { message } = found as UserError;
  expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  return message.replace(path, 'claims.parquet');
}

const quarters = Array.from({ length: 30 }, (_, i) => i / 4);
const most = 2n ** 62n;

describe('a Parquet file that lies', () => {
  test('about nothing is read', async () => {
    expect(await outcome(claiming({}))).toEqual(quarters);
  });

  test.each<[string, readonly Partial<Claims>[]]>([
    ['its footer’s length', [-1n, 1n, 5000n, -(10n ** 9n)].map((footer) => ({ footer }))],
    ['where values begin', [4200n, 5000n, most, -1n].map((data) => ({ data, dictionary: 0n }))],
    ['where a dictionary begins', [5000n, most, -1n].map((dictionary) => ({ dictionary }))],
    ['a column’s bytes', [0n, 1n, 5000n, most, -1n].map((packed) => ({ packed }))],
    ['a column’s values', [0n, 11n, 13n, 2n ** 31n, most, -1n].map((values) => ({ values }))],
    ['a group’s rows', [0n, 11n, 13n, 2n ** 31n, 2n ** 53n, most, -1n].map((rows) => ({ rows }))],
    ['a page’s bytes', [0n, 17n, 19n, 2n ** 31n - 1n, -1n].map((pagePacked) => ({ pagePacked }))],
    [
      'a page’s bytes when it is unpacked',
      [0n, 15n, 2n ** 28n, 2n ** 31n - 1n, -1n].map((pageWhole) => ({ pageWhole })),
    ],
    ['the file’s rows', [0n, 29n, 31n, most, -1n].map((allRows) => ({ allRows }))],
    [
      'a page’s values',
      [0n, 11n, 13n, 2n ** 24n, 2n ** 31n - 1n, -1n].map((pageValues) => ({ pageValues })),
    ],
    [
      'a page’s and the column’s values, and the rows',
      [13n, 2n ** 24n, 2n ** 31n - 1n].map((count) => {
        return { pageValues: count, values: count, rows: count };
      }),
    ],
  ])('about %s is refused in one line', async (_, claims) => {
    for (const each of claims) {
      expect(await outcome(claiming(each)), `${Object.values(each)}`).toMatch(
        /^claims\.parquet: the Parquet file is damaged or not one(?: \(.+\))?\. Get it again\.$/,
      );
    }
  });

  test('about a number that nobody needs is read as it is', async () => {
    for (const claims of [{ whole: 0n }, { whole: most }, { whole: -1n }]) {
      expect(await outcome(claiming(claims)), `${Object.values(claims)}`).toEqual(quarters);
    }
  });
});
