import { expect, test } from 'vitest';
import { joined } from '../../../src/data/changes/joined.js';
import { type Dataset, fromArray } from '../../../src/data/dataset.js';
import { openDataset } from '../../../src/data/open.js';

const part = (from: number, size: number): Dataset => ({
  ...fromArray(
    Uint8Array.from({ length: 2 * size }, (_, i) => 10 * (from + (i >> 1)) + (i % 2)),
    [2],
    { name: `${from}`, labels: Array.from({ length: size }, (_, i) => from + i) },
  ),
  origin: (index) => `row ${from + index}`,
  factors: [{ name: 'place', values: [0, 1, 2, 3, 4, 5], level: (index) => from + index }],
  ids: [{ name: 'id', text: (index: number) => `id ${from + index}` }] as never,
});

test('parts joined are read in any order, with labels and facts', async () => {
  const all = joined([part(0, 3), part(3, 1), part(4, 2)], 'all');
  expect([all.name, all.size, Array.from(all.labels!)]).toEqual(['all', 6, [0, 1, 2, 3, 4, 5]]);
  const target = new Uint8Array(10);
  await all.read([5, 0, 1, 3, 4], target);
  expect(Array.from(target)).toEqual([50, 51, 0, 1, 10, 11, 30, 31, 40, 41]);
  expect([0, 3, 5].map((i) => all.origin!(i))).toEqual(['row 0', 'row 3', 'row 5']);
  expect([2, 4].map((i) => all.factors![0]!.level(i))).toEqual([2, 4]);
  expect([2, 4].map((i) => all.ids![0]!.text(i))).toEqual(['id 2', 'id 4']);
});

test('a fact that one part lacks is none of all', () => {
  const { labels: _, origin: __, ...plain } = part(3, 2);
  const all = joined([part(0, 3), plain], 'all');
  expect([all.labels, all.origin]).toEqual([undefined, undefined]);
});

test('all 70,000 images of MNIST', async () => {
  const { train, test: held } = await openDataset('mnist', { joinParts: true });
  const { train: first, test: last } = await openDataset('mnist');
  expect([train.size, held]).toEqual([70_000, undefined]);
  const [image, own] = [new Uint8Array(2 * 784), new Uint8Array(2 * 784)];
  await train.read([69_999, 7], image);
  await last!.read([9999], own);
  await first.read([7], own.subarray(784));
  expect(image).toEqual(own);
  expect([train.labels![60_000], train.labels![0]]).toEqual([last!.labels![0], first.labels![0]]);
});

test('data of one part stays as it is', async () => {
  const { train, test: held } = await openDataset('sprites', { joinParts: true });
  expect([train.size, train.name, held]).toEqual([737_280, 'sprites', undefined]);
});
