import { describe, expect, test } from 'vitest';
import { readRange } from '../../src/data/dataset.js';
import { describeData } from '../../src/data/description.js';
import { checkScale, matchData } from '../../src/data/match.js';
import { datasets, fromArray } from '../../src/index.js';

const table = (names: string, values: number[], options = {}) =>
  fromArray(Float32Array.from(values), [names.length], {
    name: 'table',
    columns: [...names].map((name) => ({ name })),
    ...options,
  });

const known = await describeData(table('abc', [1, 2, 3, 4, 5, 6]));

test('columns are taken by their names, in another order and beside others', async () => {
  const { data, notes } = matchData(known, table('cxab', [3, 9, 1, 2, 6, 9, 4, 5]));
  expect(data.shape).toEqual([3]);
  expect(data.columns?.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect([...((await readRange(data, 0, 2)).data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...((await readRange(data, 1, 2)).data as Float32Array)]).toEqual([4, 5, 6]);
  expect(notes).toEqual(["columns 'x' left out: the model was not trained on them"]);
});

test('a column that is missing is refused by its name', () => {
  expect(() => matchData(known, table('abx', [1, 2, 3]))).toThrow(
    "table lacks the column 'c' that the model was trained on; it has 'a', 'b' and 'x'.",
  );
});

test('the same columns, and arrays without names, stay as they are', () => {
  const same = table('abc', [1, 2, 3]);
  expect(matchData(known, same)).toEqual({ data: same, notes: [] });
  const plain = fromArray(Float32Array.of(1, 2, 3), [3]);
  expect(matchData(known, plain).data).toBe(plain);
});

test('rows are taken in the shape of the model’s images, and told', async () => {
  const images = await describeData(fromArray(new Uint8Array(8), [1, 2, 2]));
  const { data, notes } = matchData(images, fromArray(Uint8Array.of(1, 2, 3, 4), [4]));
  expect(data.shape).toEqual([1, 2, 2]);
  expect(notes[0]).toMatch(/\[4\] taken as \[1, 2, 2\]/);
  const others = fromArray(new Uint8Array(4), [4, 1, 1]);
  expect(matchData(images, others).data.shape).toEqual([4, 1, 1]);
});

describe('classes', () => {
  const labelled = (classNames: string[], labels: number[]) =>
    fromArray(new Float32Array(labels.length), [1], { name: 'pets', classNames, labels });
  const pets = describeData(labelled(['cat', 'dog', 'fish'], [0, 1, 2]));

  test('have the numbers that they had in training', async () => {
    const { data } = matchData(await pets, labelled(['dog', 'fish'], [0, 1, 1]), true);
    expect([...(data.labels as Int32Array)]).toEqual([1, 2, 2]);
    expect(data.classNames).toEqual(['cat', 'dog', 'fish']);
  });

  test('that a conditional model does not know are refused, and told to others', async () => {
    const others = labelled(['cow', 'dog'], [0, 1]);
    const description = await pets;
    expect(() => matchData(description, others, true)).toThrow(
      "pets has the class 'cow', which the model was not trained on; it knows 'cat', 'dog' and 'fish'.",
    );
    const { data, notes } = matchData(description, others);
    expect([...(data.labels as Int32Array)]).toEqual([3, 1]);
    expect(data.classNames).toEqual(['cat', 'dog', 'fish', 'cow']);
    expect(notes[0]).toMatch("'cow'");
  });

  test('that no example has do not matter', async () => {
    const { data } = matchData(await pets, labelled(['cow', 'dog'], [1, 1]), true);
    expect([...(data.labels as Int32Array)]).toEqual([1, 1]);
  });

  test('with names do not stand for numbers that a conditional model was trained on', async () => {
    const numbers = await describeData(
      fromArray(new Float32Array(2), [1], { labels: Int32Array.of(0, 1) }),
    );
    expect(() => matchData(numbers, labelled(['a', 'b'], [0, 1]), true)).toThrow(
      'trained on numbers',
    );
  });
});

describe('values on another scale', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256);
  const floats = (factor: number) =>
    fromArray(
      Float32Array.from(bytes, (value) => (value / 255) * factor),
      [4],
      { name: 'other' },
    );

  test('are refused, with the way back', async () => {
    const trained = await describeData(fromArray(bytes, [4]));
    await expect(checkScale(trained, floats(1))).resolves.toBeUndefined();
    await expect(checkScale(trained, floats(255))).rejects.toThrow(
      /other is on another scale.*from 0 to 255 .*training had 0 to 1 .*Divide them by 255\./,
    );
    await expect(checkScale(trained, fromArray(bytes, [4]))).resolves.toBeUndefined();
  });

  test('are told by their means, so that a single large value is none', async () => {
    const trained = await describeData(floats(1));
    const values = Float32Array.from(bytes, (value) => value / 255);
    values[7] = 300;
    await expect(checkScale(trained, fromArray(values, [4]))).resolves.toBeUndefined();
  });
});

describe('tables that are read column by column', async () => {
  const rows = [
    { a: 1.5, b: 'x' },
    { a: 2.5, b: 'y' },
    { a: 7, b: 'z' },
  ];
  const { train } = await datasets.fromRows(rows);
  const learnt = { shape: [2], columns: ['a', 'b'], table: train.table };

  test('stay as they are where they were read by the columns of the model', async () => {
    const { train: same } = await datasets.fromRows(rows.slice(1), { like: train.table });
    expect(matchData(learnt, same)).toEqual({ data: same, notes: [] });
  });

  test('are refused where they were read otherwise', async () => {
    const others = await datasets.fromRows(rows.slice(1), { name: 'others' });
    expect(() => matchData(learnt, others.train)).toThrow(
      /^others: column 'b' was read as binary, but is categorical to the model\. Read it by the columns of the model: like: vae\.input\.columns in openDataset\.$/,
    );
    const more = await datasets.fromRows([...rows, { a: 3, b: 'w' }], { name: 'more' });
    expect(() => matchData(learnt, more.train)).toThrow(/column 'b' is numbered by other values/);
    expect(() => matchData(learnt, table('ab', [1, 2]))).toThrow(/table holds plain numbers/);
  });
});
