import { expect, test } from 'vitest';
import { datasets, judges, Tensor, UserError } from '../../../src/index.js';
import { readFixture, readJson } from '../../fixtures.js';

const { codes, levels } = await readFixture('disentanglement.safetensors');
const expected = await readJson<{
  mig: number;
  modularity: number;
  factorVae: number;
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

test('the measures are those of disentanglement_lib', () => {
  const found = judges.disentanglement(codes!, data);
  found.information.flat().forEach((nats, i) => {
    expect(nats).toBeCloseTo(expected.information.flat()[i]!, 6);
  });
  expect(found.mig).toBeCloseTo(expected.mig, 6);
  expect(found.modularity).toBeCloseTo(expected.modularity, 6);
  // Both are shares of 5000 votes, drawn by different generators.
  expect(Math.abs(found.factorVae - expected.factorVae)).toBeLessThan(0.025);
  expect(found.factors).toEqual(['factor 0', 'factor 1', 'factor 2', 'factor 3']);
});

test('a latent for each factor is the best there is, and a turned space is not', () => {
  const sprites = datasets.sprites({ positions: 4, orientations: 4, scales: 3 });
  const own = sprites.factors!;
  const rows = Array.from({ length: sprites.size }, (_, i) => own.map(({ level }) => level(i)));
  const codesOf = (change: (row: number[]) => number[]) =>
    new Tensor('float32', Float32Array.from(rows.flatMap(change)), [sprites.size, own.length]);
  const best = judges.disentanglement(
    codesOf((row) => row),
    sprites,
  );
  expect(best.mig).toBeCloseTo(1, 6);
  expect(best.modularity).toBeCloseTo(1, 6);
  expect(best.factorVae).toBe(1);
  const turned = judges.disentanglement(
    codesOf((row) => row.map((value, k) => value + row[(k + 1) % row.length]!)),
    sprites,
  );
  expect(turned.mig).toBeLessThan(0.3);
  expect(turned.factorVae).toBeLessThan(best.factorVae);
});

test('the same seed gives the same score', () => {
  const votes = { train: 500, test: 300 };
  const score = (seed: number) => judges.disentanglement(codes!, data, { seed, votes }).factorVae;
  expect(score(1)).toBe(score(1));
  expect(score(1)).not.toBe(score(2));
});

test('codes that tell of nothing have no score', () => {
  const still = new Tensor('float32', new Float32Array(count * 2), [count, 2]);
  const { mig, factorVae, modularity } = judges.disentanglement(still, data);
  expect([mig, factorVae, modularity]).toEqual([0, 0, 0]);
});

test('data without factors is refused', () => {
  const plain = datasets.fromArray(new Uint8Array(count), [1], { name: 'plain' });
  expect(() => judges.disentanglement(codes!, plain)).toThrow(UserError);
  expect(() => judges.disentanglement(codes!, plain)).toThrow('plain: the factors');
});
