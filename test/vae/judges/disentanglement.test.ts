import { expect, test } from 'vitest';
import { datasets, judges, Tensor } from '../../../src/index.js';
import { dciOf, dciScore } from '../../../src/vae/judges/factors/dci.js';
import { examplesAt, factoredOf } from '../../../src/vae/judges/factors/factored.js';
import { classifyByRegression } from '../../../src/vae/judges/factors/logistic.js';
import { sapOf } from '../../../src/vae/judges/factors/sap.js';
import { readFixture, readJson, take } from '../../fixtures.js';

const { codes, levels } = await readFixture('disentanglement.safetensors');
const expected = await readJson<{
  mig: number;
  modularity: number;
  factorVae: number;
  betaVae: number;
  guesses: string;
  sap: number;
  continuousSap: number;
  dci: judges.Dci & { importances: number[][] };
  information: number[][];
}>('disentanglement.json');

const [count, kinds] = levels!.dims as readonly [number, number];

/** Data whose examples have the fixture's levels. */
const data: datasets.Dataset = {
  ...datasets.fromArray(new Uint8Array(count), [1]),
  factors: Array.from({ length: kinds }, (_, k) => ({
    name: `factor ${k}`,
    values: [],
    level: (i) => (levels!.data as Int32Array)[i * kinds + k]!,
  })),
};

/** Votes that take less time than the usual ones. */
const votes = { train: 1000, test: 1000 };

const factored = factoredOf(codes!, data);
const [first, second] = [0, 1].map((half) =>
  examplesAt(
    factored,
    Uint32Array.from({ length: count / 2 }, (_, i) => i + (half * count) / 2),
  ),
) as [typeof factored, typeof factored];

test('the measures are as by disentanglement_lib', async () => {
  const found = await judges.disentanglement(codes!, data, { votes });
  found.information.flat().forEach((nats, i) => {
    expect(nats).toBeCloseTo(expected.information.flat()[i]!, 6);
  });
  expect(found.mig).toBeCloseTo(expected.mig, 6);
  expect(found.modularity).toBeCloseTo(expected.modularity, 6);
  // Shares of votes that are drawn by different generators.
  expect(Math.abs(found.factorVae - expected.factorVae)).toBeLessThan(0.05);
  expect(Math.abs(found.betaVae - expected.betaVae)).toBeLessThan(0.01);
  expect(found.factors).toEqual(['factor 0', 'factor 1', 'factor 2', 'factor 3']);
});

test('lines that tell one level from the others are as by scikit-learn', () => {
  expect(sapOf(first, second, false)).toBeCloseTo(expected.sap, 10);
  expect(sapOf(first, second, true)).toBeCloseTo(expected.continuousSap, 6);
});

test('logistic regression is as by scikit-learn', async () => {
  const rowsOf = (part: typeof factored) =>
    Float64Array.from({ length: part.count * part.codes.length }, (_, place) => {
      const width = part.codes.length;
      return part.codes[place % width]![Math.floor(place / width)]!;
    });
  const train = { rows: rowsOf(first), width: first.codes.length, classes: first.levels[2]! };
  const guesses = await classifyByRegression(train, rowsOf(second));
  expect([...guesses].join('')).toBe(expected.guesses);
});

test('DCI is as by disentanglement_lib from the same importances, and near it from forests', async () => {
  const { importances, ...scores } = expected.dci;
  const { disentanglement, completeness } = dciOf(importances);
  expect(disentanglement).toBeCloseTo(scores.disentanglement, 10);
  expect(completeness).toBeCloseTo(scores.completeness, 10);
  const own = await dciScore(factored);
  // Other forests see other draws of the examples.
  expect(Math.abs(own.disentanglement - scores.disentanglement)).toBeLessThan(0.05);
  expect(Math.abs(own.completeness - scores.completeness)).toBeLessThan(0.05);
  expect(Math.abs(own.informativeness - scores.informativeness)).toBeLessThan(0.05);
  expect(dciOf([[0, 0]])).toEqual({ disentanglement: 0, completeness: 1 });
});

test('a latent for each factor is the best there is, and a turned space is not', async () => {
  const sprites = datasets.sprites({ positions: 4, orientations: 3, scales: 3 });
  const own = sprites.factors!;
  const rows = Array.from({ length: sprites.size }, (_, i) => own.map(({ level }) => level(i)));
  const codesOf = (change: (row: number[]) => number[]) =>
    new Tensor('float32', Float32Array.from(rows.flatMap(change)), [sprites.size, own.length]);
  const best = await judges.disentanglement(
    codesOf((row) => row),
    sprites,
    { votes },
  );
  expect(best.mig).toBeCloseTo(1, 6);
  expect(best.modularity).toBeCloseTo(1, 6);
  expect([best.factorVae, best.betaVae]).toEqual([1, 1]);
  expect(best.sap).toBeGreaterThan(0.1);
  expect(best.dci.disentanglement).toBeGreaterThan(0.8);
  expect(best.dci.informativeness).toBeGreaterThan(0.95);
  const turned = await judges.disentanglement(
    codesOf((row) => row.map((value, k) => value + row[(k + 1) % row.length]!)),
    sprites,
    { votes },
  );
  expect(turned.mig).toBeLessThan(0.3);
  expect(turned.factorVae).toBeLessThan(best.factorVae);
  expect(turned.sap).toBeLessThan(best.sap);
  expect(turned.dci.disentanglement).toBeLessThan(0.6);
});

test('the same seed gives the same scores', async () => {
  const few = { train: 200, test: 200 };
  const some = take(
    codes!,
    Array.from({ length: 200 }, (_, i) => i),
  );
  const score = (seed: number) => judges.disentanglement(some, data, { seed, votes: few });
  const found = await score(1);
  expect(await score(1)).toEqual(found);
  expect((await score(2)).factorVae).not.toBe(found.factorVae);
});

test('codes that tell of nothing have no score', async () => {
  const still = new Tensor('float32', new Float32Array(count * 2), [count, 2]);
  const found = await judges.disentanglement(still, data, { votes });
  expect([found.mig, found.factorVae, found.modularity, found.sap]).toEqual([0, 0, 0, 0]);
});

test('data without factors, or of one level each, is refused', async () => {
  const plain = datasets.fromArray(new Uint8Array(count), [1], { name: 'plain' });
  await expect(judges.disentanglement(codes!, plain)).rejects.toThrow('plain: the factors');
  const still = { ...data, factors: [{ name: 'still', values: [1], level: () => 0 }] };
  await expect(judges.disentanglement(codes!, still)).rejects.toThrow('no factor has two levels');
});
