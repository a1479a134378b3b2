import { describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../src/base/random.js';
import { constant } from '../../src/graph/index.js';
import { klDivergence, klTerm } from '../../src/vae/posterior.js';
import { evaluate } from '../graph/evaluate.js';

const mean = [0.3, -1.2, 0, 2];
const logVariance = [-0.5, 0.4, 0, -3];
const feeds = [
  { shape: [2, 2], symbolic: ['batch', 2], data: mean },
  { shape: [2, 2], symbolic: ['batch', 2], data: logVariance },
];

const closedForm = mean.map((m, i) => {
  const v = Math.exp(logVariance[i]!);
  return 0.5 * (m * m + v - 1 - Math.log(v));
});

describe('KL(q ‖ N(0, I))', () => {
  test('equals its closed form for each latent', async () => {
    const { kl } = await evaluate(
      (m, v) => ({ kl: klDivergence({ mean: m, logVariance: v }) }),
      feeds,
    );
    kl!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(closedForm[i]!, 12);
    });
  });

  test('equals a Monte-Carlo estimate', () => {
    const draws = new Float32Array(400_000);
    fillNormal(randomStream(3, 'monte-carlo'), draws);
    mean.forEach((m, i) => {
      const deviation = Math.exp(logVariance[i]! / 2);
      let total = 0;
      for (const epsilon of draws) {
        const z = m + deviation * epsilon;
        total += (z * z - epsilon * epsilon) / 2 - logVariance[i]! / 2;
      }
      expect(total / draws.length).toBeCloseTo(closedForm[i]!, 1.8);
    });
  });

  test('the loss term, by sum and by mean, at any weight; the divergence is the same', async () => {
    const values = await evaluate((m, v) => {
      const posterior = { mean: m, logVariance: v };
      const sum = klTerm(posterior, constant(0.5, [], 'float64'), 'sum');
      const average = klTerm(posterior, constant(3, [], 'float64'), 'mean');
      return {
        ...{ sum: sum.weightedKl, sumKl: sum.kl },
        ...{ average: average.weightedKl, averageKl: average.kl },
      };
    }, feeds);
    const total = closedForm.reduce((a, b) => a + b, 0);
    expect(values.sum!.data[0]).toBeCloseTo(total / 2, 12);
    expect(values.average!.data[0]).toBeCloseTo((2 * 3 * total) / 4, 12);
    // Two examples of two latents.
    expect(values.sumKl!.data[0]).toBeCloseTo(total / 2, 12);
    expect(values.averageKl!.data[0]).toBeCloseTo(total / 2, 12);
  });
});
