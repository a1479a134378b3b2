import { describe, expect, test } from 'vitest';
import type { ColumnLikelihood } from '../../../../src/vae/likelihoods/columns/column-likelihood.js';
import { logNormal } from '../../../../src/vae/likelihoods/columns/log-normal.js';
import { negativeBinomial } from '../../../../src/vae/likelihoods/columns/negative-binomial.js';
import { poisson } from '../../../../src/vae/likelihoods/columns/poisson.js';
import { studentT } from '../../../../src/vae/likelihoods/columns/student-t.js';
import { zeroInflatedNegativeBinomial } from '../../../../src/vae/likelihoods/columns/zero-inflated-negative-binomial.js';
import { readJson } from '../../../fixtures.js';
import { evaluate } from './evaluate.js';

interface Fixture {
  readonly columns: number;
  readonly x: number[];
  readonly parameters: number[];
  readonly statistics: Readonly<Record<string, number[]>>;
  readonly moved: Readonly<Record<string, number[]>>;
  readonly nats: number[];
  readonly gradient: number[];
  readonly movedGradient: Readonly<Record<string, number[]>>;
}

/** Numbers that scipy and PyTorch compute of many values, by bench/peers/column_fixtures.py. */
const fixtures = await readJson<Readonly<Record<string, Fixture>>>('columns.json');

const likelihoods: readonly ColumnLikelihood[] = [
  poisson,
  negativeBinomial,
  zeroInflatedNegativeBinomial,
  studentT,
  logNormal,
];

/** The largest error, relative to the right number, or to 1 where that number is smaller. */
function worst(found: ArrayLike<number>, right: readonly number[]): number {
  expect(found).toHaveLength(right.length);
  const errors = right.map((each, i) => Math.abs(found[i]! - each) / Math.max(1, Math.abs(each)));
  return errors.reduce((a, b) => (a > b ? a : b));
}

describe.each(likelihoods.map((each) => [each.type, each] as const))('%s', (type, likelihood) => {
  const fixture = fixtures[type]!;
  const { columns, x } = fixture;
  const given = {
    ...fixture,
    rows: x.length,
    x: x.flatMap((each) => new Array<number>(columns).fill(each)),
  };

  test('densities are as by scipy', async () => {
    const { nats } = await evaluate(likelihood, given);
    expect(worst(nats, fixture.nats)).toBeLessThan(1e-6);
  });

  test('gradients are as by PyTorch', async () => {
    const { gradients } = await evaluate(likelihood, given);
    expect(worst(gradients.parameters!, fixture.gradient)).toBeLessThan(1e-5);
    for (const [name, right] of Object.entries(fixture.movedGradient)) {
      expect(worst(gradients[name]!, right), name).toBeLessThan(1e-5);
    }
  });
});
