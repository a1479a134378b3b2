import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ofEachClass, spread } from '../../../src/data/changes/spread.js';
import { type Dataset, fromArray, readRange } from '../../../src/data/dataset.js';

/** Examples of one value, their place. */
function numbered(size: number, label?: (place: number) => number): Dataset {
  const places = Array.from({ length: size }, (_, i) => i);
  return fromArray(Float32Array.from(places), [1], {
    name: 'numbered',
    ...(label ? { labels: Int32Array.from(places, label) } : {}),
  });
}

async function placesOf(dataset: Dataset): Promise<number[]> {
  return Array.from((await readRange(dataset, 0, dataset.size)).data as Float32Array);
}

const countsOf = (labels: ArrayLike<number>) => {
  const counts = new Map<number, number>();
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
};

/** Data whose classes follow one another, as in a folder for each class. */
const sorted = numbered(1000, (i) => (i < 700 ? 0 : i < 950 ? 1 : 2));

describe('spread', () => {
  test('reaches all parts of data without labels', async () => {
    const places = await placesOf(spread(numbered(1000), 50));
    expect(new Set(places).size).toBe(50);
    places.forEach((place, i) => {
      expect(Math.floor(place / 20)).toBe(i);
    });
  });

  test('takes classes by their share, however the data are sorted', async () => {
    const mixed = numbered(1000, (i) => sorted.labels![(i * 7) % 1000]!);
    for (const data of [sorted, mixed]) {
      const counts = countsOf(spread(data, 100).labels!);
      expect([counts.get(0), counts.get(1), counts.get(2)]).toEqual([70, 25, 5]);
    }
  });

  test('does not keep step with data that repeats itself', async () => {
    // Ten kinds in turn, without labels: equal steps of 10 would meet one kind alone.
    const kinds = (await placesOf(spread(numbered(10_000), 1000))).map((place) => place % 10);
    const counts = countsOf(kinds);
    for (let kind = 0; kind < 10; kind++) {
      expect(counts.get(kind)).toBeGreaterThan(60);
      expect(counts.get(kind)).toBeLessThan(140);
    }
  });

  test('keeps the order, and is the same each time', async () => {
    const places = await placesOf(spread(sorted, 37));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(await placesOf(spread(sorted, 37))).toEqual(places);
  });

  test('is the dataset itself when that has no more', () => {
    expect(spread(sorted, 1000)).toBe(sorted);
    expect(spread(sorted, 5000)).toBe(sorted);
  });
});

describe('ofEachClass', () => {
  test.each([
    [1, [0]],
    [3, [0, 1, 2]],
    [4, [0, 1, 2, 0]],
    [7, [0, 1, 2, 0, 1, 2, 0]],
  ])('%i examples are of the classes in turn', (count, labels) => {
    expect(Array.from(ofEachClass(sorted, count).labels!)).toEqual(labels);
  });

  test('fewer than classes are taken all over them', () => {
    const digits = numbered(200, (i) => Math.floor(i / 20));
    expect(Array.from(ofEachClass(digits, 3).labels!)).toEqual([0, 3, 6]);
  });

  test('a class with few examples gives them all', () => {
    const data = numbered(100, (i) => Number(i >= 98));
    const counts = countsOf(ofEachClass(data, 10).labels!);
    expect([counts.get(0), counts.get(1)]).toEqual([8, 2]);
  });

  test('without labels they are spread', async () => {
    const data = numbered(500);
    expect(await placesOf(ofEachClass(data, 9))).toEqual(await placesOf(spread(data, 9)));
  });

  test('all examples, class by class in turn, when there are no more', async () => {
    const data = numbered(4, (i) => Math.floor(i / 2));
    expect(await placesOf(ofEachClass(data, 9))).toEqual([0, 2, 1, 3]);
  });
});

test('any labels and counts: no example twice, as many as asked for or as there are', async () => {
  const labels = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(labels, fc.integer({ min: 1, max: 80 }), async (given, count) => {
      const data = numbered(given.length, (i) => given[i]!);
      const wanted = Math.min(count, given.length);
      for (const chosen of [spread(data, count), ofEachClass(data, count)]) {
        const places = await placesOf(chosen);
        expect(new Set(places).size).toBe(wanted);
        expect(places).toHaveLength(wanted);
        expect(Array.from(chosen.labels!)).toEqual(places.map((place) => given[place]));
      }
      const counts = countsOf(ofEachClass(data, count).labels!);
      const all = countsOf(given);
      // A class has at most one more than another that has examples left.
      const open = [...all].filter(([label, size]) => (counts.get(label) ?? 0) < size);
      const least = Math.min(...open.map(([label]) => counts.get(label) ?? 0));
      for (const taken of counts.values()) expect(taken).toBeLessThanOrEqual(least + 1);
    }),
  );
});

test.each([0, -1, 1.5, Number.NaN])('%d examples are refused', (count) => {
  for (const each of [spread, ofEachClass]) {
    expect(() => each(numbered(3), count)).toThrow(
      `numbered: take a whole number of examples from 1, not ${count}.`,
    );
    expect(() => each(sorted, count)).toThrow('numbered: take a whole number of examples from 1');
  }
});
