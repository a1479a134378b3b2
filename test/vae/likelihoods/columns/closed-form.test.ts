import { describe, expect, test } from 'vitest';
import { fillNormal, fillUniform, randomStream } from '../../../../src/base/random.js';
import { bernoulli } from '../../../../src/vae/likelihoods/columns/bernoulli.js';
import { categorical } from '../../../../src/vae/likelihoods/columns/categorical.js';
import type { ColumnLikelihood } from '../../../../src/vae/likelihoods/columns/column-likelihood.js';
import { gaussian } from '../../../../src/vae/likelihoods/columns/gaussian.js';
import { mixture } from '../../../../src/vae/likelihoods/columns/mixture.js';
import { mostModes } from '../../../../src/vae/likelihoods/columns/modes.js';
import { evaluate, type Given } from './evaluate.js';

type Of = (name: string, i?: number) => number;

/** −log p(x) of one value, in float64. @param of statistics and trained numbers of its column */
type Nats = (x: number, parameters: readonly number[], of: Of) => number;

const halfLogTau = 0.5 * Math.log(2 * Math.PI);
const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const logSum = (terms: readonly number[]) => {
  const peak = Math.max(...terms);
  return peak + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - peak), 0));
};
const places = (count: number) => Array.from({ length: count }, (_, i) => i);

const spread = (of: Of, deviation: string, ratio: string, i = 0) =>
  of(deviation, i) * Math.sqrt(of(ratio, i) ** 2 + Math.exp(2 * of('logSpread', i)));

interface Case {
  readonly likelihood: ColumnLikelihood;
  readonly categories: number;
  readonly nats: Nats;
  /** Values that the column can hold, from uniform numbers. */
  readonly value: (u: number) => number;
  readonly trained: Readonly<Record<string, number>>;
}

const cases: readonly Case[] = [
  {
    likelihood: gaussian,
    categories: 0,
    value: (u) => 6 * u - 3,
    trained: { logSpread: 1 },
    nats(x, [p = 0], of) {
      const s = spread(of, 'deviation', 'ratio');
      return 0.5 * ((x - of('mean') - p * of('deviation')) / s) ** 2 + Math.log(s) + halfLogTau;
    },
  },
  {
    likelihood: mixture,
    categories: 0,
    value: (u) => 6 * u - 3,
    trained: { logSpread: mostModes },
    nats(x, parameters, of) {
      const logits = places(mostModes).map((k) => parameters[k]! + of('logWeights', k));
      const total = logSum(logits);
      const terms = logits.map((logit, k) => {
        const s = spread(of, 'deviations', 'ratios', k);
        const location = of('means', k) + parameters[mostModes + k]! * of('deviations', k);
        return logit - total - Math.log(s) - 0.5 * ((x - location) / s) ** 2 - halfLogTau;
      });
      return -logSum(terms);
    },
  },
  {
    likelihood: bernoulli,
    categories: 0,
    value: Math.round,
    trained: {},
    nats(x, [p = 0], of) {
      const logit = p + of('logit');
      return softplus(logit) - x * logit;
    },
  },
  {
    likelihood: categorical,
    categories: 4,
    value: (u) => Math.floor(4 * u),
    trained: {},
    nats(x, parameters, of) {
      const logits = parameters.map((p, i) => p + of('logits', i));
      return logSum(logits) - logits[x]!;
    },
  },
];

const rows = 40;

/** Few columns, and more than are spread over their numbers by products. */
const widths = [3, 70];

/** Values, parameters and tensors of a case, by random numbers. */
function givenOf(
  { likelihood, categories, value, trained }: Case,
  columns: number,
): Required<Omit<Given, 'seed'>> {
  const drawn = (name: string, count: number, fill: typeof fillNormal) => {
    const values = new Float32Array(count);
    fill(randomStream(3, name), values);
    return values;
  };
  const shapes = Object.entries(likelihood.statistics(categories));
  const k = likelihood.parametersPerColumn(categories);
  return {
    rows,
    columns,
    categories,
    x: drawn('x', rows * columns, fillUniform).map(value),
    parameters: drawn('parameters', rows * columns * k, fillNormal),
    statistics: Object.fromEntries(
      shapes.map(([name, inner]) => {
        const count = inner.reduce((product, each) => product * each, columns);
        // Spreads are positive.
        return [name, drawn(name, count, fillUniform).map((u) => 0.3 + u)];
      }),
    ),
    moved: Object.fromEntries(
      Object.entries(trained).map(([name, count]) => [
        name,
        drawn(name, count * columns, fillNormal).map((v) => v / 3),
      ]),
    ),
  };
}

describe.each(
  cases.flatMap((each) => widths.map((width) => [each.likelihood.type, width, each] as const)),
)('%s of %i columns', (_, columns, each) => {
  const given = givenOf(each, columns);
  const k = each.likelihood.parametersPerColumn(each.categories);

  /** −log p of a value, where one number of the parameters or of a trained tensor is moved. */
  function natsAt(place: number, moved: { name?: string; i: number; by: number }): number {
    const column = place % columns;
    const parameters = places(k).map((i) => {
      const isMoved = moved.name === undefined && i === moved.i;
      return given.parameters[place * k + i]! + (isMoved ? moved.by : 0);
    });
    const of: Of = (name, i = 0) => {
      const values = given.statistics[name] ?? given.moved[name]!;
      const inner = values.length / columns;
      const isMoved = moved.name === name && i === moved.i;
      return values[column * inner + i]! + (isMoved ? moved.by : 0);
    };
    return each.nats(given.x[place]!, parameters, of);
  }

  const slope = (place: number, name: string | undefined, i: number) => {
    const at = (by: number) => natsAt(place, { ...(name ? { name } : {}), i, by });
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  };

  test('nats follow its formula', async () => {
    const { nats } = await evaluate(each.likelihood, given);
    nats.forEach((found, place) => {
      expect(found).toBeCloseTo(natsAt(place, { i: -1, by: 0 }), 4);
    });
  });

  test('gradients are its slopes', async () => {
    const { gradients } = await evaluate(each.likelihood, given);
    gradients.parameters!.forEach((found, i) => {
      const right = slope(Math.floor(i / k), undefined, i % k);
      expect(Math.abs(found - right)).toBeLessThan(1e-3 + 1e-4 * Math.abs(right));
    });
    for (const [name, inner] of Object.entries(each.trained)) {
      gradients[name]!.forEach((found, at) => {
        const column = Math.floor(at / inner);
        const right = places(rows).reduce(
          (sum, row) => sum + slope(row * columns + column, name, at % inner),
          0,
        );
        expect(Math.abs(found - right)).toBeLessThan(1e-2 + 1e-4 * Math.abs(right));
      });
    }
  });
});
