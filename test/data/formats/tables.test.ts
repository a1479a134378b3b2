import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { type Dataset, readRange } from '../../../src/data/dataset.js';
import { type OpenOptions, openDataset } from '../../../src/data/open.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-tables-'));
});

afterAll(() => rm(root, { recursive: true }));

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/tables/${name}`, import.meta.url));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(root, name);
  await writeFile(path, content);
  return path;
}

async function values(dataset: Dataset): Promise<number[]> {
  return Array.from((await readRange(dataset, 0, dataset.size)).data as Float32Array);
}

async function refusal(path: string, options: OpenOptions = {}): Promise<string> {
  const error = await openDataset(path, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toMatch(/\n/);
  return message.replace(root, '');
}

describe('a CSV file', () => {
  test('gives numeric columns and labels, words left out and told', async () => {
    const path = await file(
      'a.csv',
      '\ufeffx,name,y,label\r\n1,ann,-2.5,dog\r\n\r\n3e2,"bo, b",.5,cat\r\n0,c,1,dog\r\n',
    );
    const told: string[] = [];
    const { name, train, notes } = await openDataset(path, {
      onProgress: (line) => told.push(line),
    });
    expect(name).toBe('a');
    expect(train).toMatchObject({ size: 3, shape: [2], dtype: 'float32' });
    expect(await values(train)).toEqual([1, -2.5, 300, 0.5, 0, 1]);
    expect(train.classNames).toEqual(['cat', 'dog']);
    expect(Array.from(train.labels!)).toEqual([1, 0, 1]);
    expect(notes!.map(({ text }) => text)).toContain('column "name" left out: it holds words');
    expect(told).toEqual([]);
  });

  test.each([
    ['semicolons.csv', 'a;b\n1;2\n3;4\n'],
    ['tabs.csv', 'a\tb\n1\t2\n3\t4\n'],
    ['tabs.tsv', 'a\tb\n1\t2\n3\t4'],
    ['bare.csv', '1,2\n3,4\n'],
    ['packed.csv.gz', gzipSync('a,b\n1,2\n3,4\n')],
  ])('%s is read whatever its delimiter, header and packing', async (name, content) => {
    const { train } = await openDataset(await file(name, content));
    expect(train.shape).toEqual([2]);
    expect(await values(train)).toEqual([1, 2, 3, 4]);
    expect(train.labels).toBeUndefined();
  });

  test('has a header only where a word stands over a number', async () => {
    const iris = await file('iris.csv', '5.1,3.5,setosa\n4.9,3,virginica\n');
    const { train } = await openDataset(iris, { label: '3' });
    expect(await values(train)).toEqual([5.1, 3.5, 4.9, 3].map(Math.fround));
    expect(train.classNames).toEqual(['setosa', 'virginica']);
    const numbered = await file('numbered.csv', 'label,0,1\n7,1,2\n8,3,4\n');
    const data = (await openDataset(numbered)).train;
    expect(await values(data)).toEqual([1, 2, 3, 4]);
    expect(Array.from(data.labels!)).toEqual([7, 8]);
    expect(await values((await openDataset(await file('one.csv', '1,2'))).train)).toEqual([1, 2]);
  });

  test('named columns and label are taken, in their order', async () => {
    const path = await file('named.csv', 'a,b,c,d\n1,2,3,4\n5,6,7,8\n');
    const { train } = await openDataset(path, { columns: ['c', 'a'], label: 'd' });
    expect(await values(train)).toEqual([3, 1, 7, 5]);
    expect(Array.from(train.labels!)).toEqual([4, 8]);
  });

  test('of pixels gives square uint8 images', async () => {
    const path = await file('mnist.csv', 'label,1x1,1x2,2x1,2x2\n5,0,255,7,8\n0,1,2,3,4\n');
    const { train } = await openDataset(path);
    expect(train).toMatchObject({ size: 2, shape: [1, 2, 2], dtype: 'uint8' });
    expect(await values(train)).toEqual([0, 255, 7, 8, 1, 2, 3, 4]);
    const wrong = await file('pixels.csv', 'pixel0,pixel1,pixel2,pixel3\n1,2,3,256\n');
    expect(await refusal(wrong)).toMatch(/column "pixel3": 256 is no whole number from 0 to 255/);
  });

  test('over the memory limit is read from disk', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i},${-i},${i % 3}`);
    const path = await file('large.csv', `a,b,label\n${lines.join('\n')}\n`);
    const cache = join(root, 'csv-cache');
    const { train } = await openDataset(path, { cache, memoryLimit: 1000 });
    expect(train).not.toHaveProperty('images');
    const target = new Float32Array(4);
    await train.read([4999, 17], target);
    expect(Array.from(target)).toEqual([4999, -4999, 17, -17]);
    expect(train.labels![4999]).toBe(4999 % 3);
  });

  test.each([
    ['short', 'a,b\n1,2\n3\n', /short\.csv: line 3 has 1 columns, but the first has 2/],
    ['long', 'a,b\n1,2\n3,4,5\n', /line 3 has 3 columns, but the first has 2/],
    ['text', 'a,b\n1,2\n3,x\n', /text\.csv: line 3, column "b": "x" is not a number/],
    ['empty cell', 'a,b\n1,2\n\n,4\n', /gaps in "a" 1 of 2 rows \(the first at line 4\)/],
    ['nan', 'a,b\n1,2\nnan,4\n', /gaps in "a" 1 of 2 rows \(the first at line 3\)/],
    ['infinite', 'a\n1\n1e999\n', /line 3, column "a": Infinity is not a finite number/],
    ['words', 'a\nb\nc\n', /no column holds numbers/],
    ['empty', '', /there is no row of numbers/],
    ['header', 'a,b\n', /there is no row of numbers/],
    ['quote', 'a,b\n1,2\n"3,4\n', /quote\.csv: line 3: a quote is not closed\. Correct the table/],
    ['quoted breaks', 'a,b\n1,"2\n"\n"3\r\n\n",x\n', /line 6, column "b": "x" is not a number/],
    ['text behind quote', 'a,b\n1,2\n"3"4,5\n', /line 3: text stands behind a closing quote\./],
    ['no label', 'a,label\n1,x\n2,\n', /gaps in "label" \(the labels\) 1 of 2 rows/],
  ])('with a fault is refused in one line: %s', async (name, content, expected) => {
    expect(await refusal(await file(`${name}.csv`, content))).toMatch(expected);
  });

  test('larger than a block of parsing has every row, and the line of every fault', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `${i},"${-i}",0.${'7'.repeat(60)},été`);
    const text = `a,b,c,label\n${lines.join('\n')}\n`;
    expect(text.length).toBeGreaterThan(2 ** 21);
    const { train } = await openDataset(await file('blocks.csv', text), { columns: ['a', 'b'] });
    const all = await values(train);
    expect(all).toEqual(lines.flatMap((_, i) => [i, 0 - i]));
    expect(train.classNames).toEqual(['été']);
    const path = await file('late.csv', `${text}1,2,x,3\n`);
    expect(await refusal(path)).toMatch(/late\.csv: line 40002, column "c": "x" is not a number/);
    const open = await file('open.csv', `${text}1,"2,3,4\n${text.repeat(3)}`);
    expect(await refusal(open)).toMatch(
      /open\.csv: line 40002: text stands behind a closing quote/,
    );
  });

  test('without the named column is refused', async () => {
    const path = await file('missing.csv', 'alpha,beta\n1,2\n');
    expect(await refusal(path, { columns: ['alhpa'] })).toMatch(
      /missing\.csv: there is no column "alhpa"\. Did you mean "alpha"/,
    );
    expect(await refusal(path, { label: 'zzzzzz' })).toMatch(/It has "alpha", "beta"/);
  });

  test('of anything at all is read or refused in one line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.stringMatching(/^[0-9a,;"\n. -]{0,40}$/).map((text) => Buffer.from(text)),
        ),
        async (content) => {
          const path = await file('any.csv', content);
          const data = await openDataset(path).catch((error: unknown) => error);
          if (data instanceof Error) {
            expect(data).toBeInstanceOf(UserError);
            expect(data.message).not.toMatch(/\n/);
          } else {
            expect(data).toHaveProperty('train.size');
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a Parquet file', () => {
  const numbers = Array.from({ length: 30 }, (_, i) => [i / 4, i, -i, i % 2 === 0 ? 1 : 0]).flat();

  test.each(['snappy', 'zstd', 'gzip'])(
    'that pyarrow packed with %s gives its numbers',
    async (codec) => {
      const { train } = await openDataset(fixture(`numbers.${codec}.parquet`));
      expect(train).toMatchObject({ size: 30, shape: [4], dtype: 'float32' });
      expect(await values(train)).toEqual(numbers.map((value) => value + 0));
      expect(Array.from(train.labels!)).toEqual(Array.from({ length: 30 }, (_, i) => i % 3));
    },
  );

  test('gives named columns and a label of words', async () => {
    const path = fixture('numbers.snappy.parquet');
    const { train } = await openDataset(path, { columns: ['minus', 'count'], label: 'word' });
    expect((await values(train)).slice(-2)).toEqual([-29, 29]);
    expect(train.classNames).toHaveLength(30);
    expect(train.classNames![train.labels![29]!]).toBe('row 29');
  });

  test("in Hugging Face's layout gives pictures, classes and the rows skipped", async () => {
    const told: string[] = [];
    const { train, skipped } = await openDataset(fixture('pictures.parquet'), {
      onProgress: (line) => told.push(line),
    });
    expect(train).toMatchObject({ size: 4, shape: [3, 4, 6], dtype: 'uint8' });
    expect(train.classNames).toEqual(['cat', 'dog', 'emu']);
    expect(Array.from(train.labels!)).toEqual([0, 1, 2, 1]);
    const pixels = await values(train);
    for (const [place, row] of [0, 1, 2, 4].entries()) {
      const image = pixels.slice(place * 72, (place + 1) * 72);
      const expected = [0, 1, 2].flatMap((channel) =>
        Array.from(
          { length: 24 },
          (_, k) => [40 * row, 6 * (k % 6), 9 * Math.floor(k / 6)][channel],
        ),
      );
      expect(image).toEqual(expected);
    }
    expect(skipped).toHaveLength(1);
    expect(skipped![0]!.name).toMatch(/pictures\.parquet row 4$/);
    expect(told.join()).toMatch(/1 broken picture skipped: .*row 4/);
    expect(await refusal(fixture('pictures.parquet'), { strict: true })).toMatch(
      /row 4: not a picture that can be read/,
    );
  });

  test('in a folder with a part for test gives both', async () => {
    const path = join(root, 'hub');
    await mkdir(path);
    await copyFile(fixture('numbers.snappy.parquet'), join(path, 'train-00000-of-00002.parquet'));
    await copyFile(fixture('numbers.zstd.parquet'), join(path, 'train-00001-of-00002.parquet'));
    await copyFile(fixture('numbers.gzip.parquet'), join(path, 'test-00000-of-00001.parquet'));
    const { train, test: kept } = await openDataset(path);
    expect([train.size, kept!.size]).toEqual([60, 30]);
    expect(await values(train)).toEqual([...numbers, ...numbers].map((value) => value + 0));
  });

  test('with a fault is refused in one line', async () => {
    const path = fixture('numbers.snappy.parquet');
    expect(await refusal(path, { columns: ['quater'] })).toMatch(
      /there is no column "quater"\. Did you mean "quarter"/,
    );
    expect(await refusal(path, { columns: ['word'] })).toMatch(/"word" does not hold numbers/);
    expect(await refusal(fixture('nulls.parquet'))).toMatch(
      /gaps in "a" 1 .*\(the first at row 2\)/,
    );
    expect(await refusal(await file('text.parquet', 'no parquet at all'))).toMatch(
      /text\.parquet: the Parquet file is damaged or not one/,
    );
  });

  test('of damaged bytes is read or refused in one line', async () => {
    const whole = await readFile(fixture('numbers.snappy.parquet'));
    const pictures = await readFile(fixture('pictures.parquet'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(whole, pictures),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (bytes, at, value, cut) => {
          const place = at % bytes.length;
          const content = cut ? bytes.subarray(0, place) : Buffer.from(bytes);
          if (!cut) content[place] = value;
          const path = await file('any.parquet', content);
          const data = await openDataset(path, { resize: 4, channels: 1 }).catch(
            (error: unknown) => error,
          );
          if (data instanceof Error) {
            expect(data).toBeInstanceOf(UserError);
            expect(data.message).not.toMatch(/\n/);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
