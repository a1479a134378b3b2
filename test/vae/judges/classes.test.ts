import { expect, test } from 'vitest';
import { judges, Tensor } from '../../../src/index.js';
import { readFixture, readJson } from '../../fixtures.js';

const { codes, labels: given } = (await readFixture('classes.safetensors')) as Record<
  'codes' | 'labels',
  Tensor
>;
const labels = given.data as Int32Array;
const expected = await readJson<{
  told: number[];
  groups: number[];
  other: number[];
  rand: number;
  information: number;
  otherRand: number;
  otherInformation: number;
}>('classes.json');

test("neighbours tell the same classes as scikit-learn's", () => {
  expect([...judges.toldByNeighbours(codes, labels)]).toEqual(expected.told);
  expect(expected.told).toContain(0);
});

test('clusters are as by scikit-learn, and so is their agreement with classes', async () => {
  const groups = await judges.clusters(codes, 4, 3);
  expect(judges.agreement(groups, Int32Array.from(expected.groups)).adjustedRand).toBe(1);
  const found = judges.agreement(labels, groups);
  expect(found.adjustedRand).toBeCloseTo(expected.rand, 10);
  expect(found.normalizedInformation).toBeCloseTo(expected.information, 10);
  const chance = judges.agreement(labels, Int32Array.from(expected.other));
  expect(chance.adjustedRand).toBeCloseTo(expected.otherRand, 10);
  expect(chance.normalizedInformation).toBeCloseTo(expected.otherInformation, 10);
});

test('groups of one kind agree with themselves', () => {
  const one = new Int32Array(4);
  expect(judges.agreement(one, one)).toEqual({ adjustedRand: 1, normalizedInformation: 1 });
});

test('codes and labels of different examples are refused', () => {
  expect(() => judges.toldByNeighbours(codes, [1, 2])).toThrow('160 examples and 2 labels');
  const few = new Tensor('float32', new Float32Array(8), [4, 2]);
  expect(() => judges.toldByNeighbours(few, [0, 1, 0, 1])).toThrow('have no 5 neighbours');
});
