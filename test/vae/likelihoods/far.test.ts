import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import type { LikelihoodOptions } from '../../../src/index.js';
import { evaluateLikelihood, likelihoodOf } from './cases.js';

/** Nats, mean and gradient of one value x. */
async function at(likelihood: LikelihoodOptions, parameters: readonly number[], x = 0) {
  const shape = [1, parameters.length, 1, 1];
  const { nats, mean, byParameters } = await evaluateLikelihood(likelihoodOf(likelihood), {
    x: new Tensor('float32', Float32Array.of(x), [1, 1, 1, 1]),
    weights: new Tensor('float32', Float32Array.of(1), [1]),
    parameters: new Tensor('float32', Float32Array.from(parameters), shape),
    scalar: undefined,
  });
  return { nats: nats[0]!, mean: mean[0]!, slopes: Array.from(byParameters) };
}

describe('beside large logits nats keep their digits', () => {
  test('categorical: log 2 for two equal ones', async () => {
    const { nats, slopes } = await at({ type: 'categorical', levels: 2 }, [1e4, 1e4]);
    expect(nats).toBeCloseTo(Math.LN2, 6);
    expect(slopes).toEqual([-0.5, 0.5]);
  });

  test('continuous Bernoulli: −log ℓ at the end where its mass is', async () => {
    for (const logit of [1e3, 1e4, 1e6]) {
      expect((await at('continuousBernoulli', [logit], 1)).nats).toBeCloseTo(-Math.log(logit), 5);
      expect((await at('continuousBernoulli', [-logit], 0)).nats).toBeCloseTo(-Math.log(logit), 5);
    }
  });

  test('Bernoulli: 0 for a certain value, the logit for the opposite', async () => {
    expect((await at('bernoulli', [1e4], 1)).nats).toBe(0);
    expect((await at('bernoulli', [1e4], 0)).nats).toBe(1e4);
  });

  test('discretized logistic: as with logits of 0', async () => {
    const mixture = { type: 'discretizedLogistic', mixtures: 2 } as const;
    const inner = [0.1, -0.2, -3, -2];
    const [near, far] = [
      await at(mixture, [0, 0, ...inner], 0.4),
      await at(mixture, [1e4, 1e4, ...inner], 0.4),
    ];
    expect(far.nats).toBeCloseTo(near.nats, 6);
    far.slopes.forEach((slope, i) => {
      expect(slope).toBeCloseTo(near.slopes[i]!, 6);
    });
  });
});

/** E of a logistic held in [−1, 1], on [0, 1]: ½ + ½ ∫ ½ (1 − F(t) − F(−t)) dt, by midpoints. */
function heldMean(mean: number, scale: number): number {
  const above = (t: number) => 1 / (1 + Math.exp((t - mean) / scale));
  const count = 200_000;
  let total = 0;
  for (let i = 0; i < count; i++) total += above(-1 + (2 * (i + 0.5)) / count);
  return total / count;
}

test.each([-7, -4, -1, -0.01, 0.01, 1, 4, 10, 18, 60, 100])(
  'the mean of a discretized logistic with log-scale %d is of its held values',
  async (logScale) => {
    const mixture = { type: 'discretizedLogistic', mixtures: 1 } as const;
    for (const mean of [-0.9, 0, 0.3, 5]) {
      const found = (await at(mixture, [0, mean, logScale])).mean;
      // The scale is held softly over exp(−7).
      const scale = Math.exp(-7 + Math.log1p(Math.exp(logScale + 7)));
      expect(Math.abs(found - heldMean(mean, scale))).toBeLessThan(2e-6);
    }
  },
);
