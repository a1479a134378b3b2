import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { likelihoodNames } from '../../../src/index.js';
import { readFixture, relativeError } from '../../fixtures.js';
import { cases, evaluateLikelihood, likelihoodOf } from './cases.js';

/** Tensors that bench/peers/torch_likelihood_fixtures.py and ms_ssim_loss_fixtures.py wrote. */
const fixture = {
  ...(await readFixture('torch-likelihoods.safetensors')),
  ...(await readFixture('torch-ms-ssim.safetensors')),
};
const values = (name: string) => fixture[name]!.data as Float32Array;

const given = (name: string) => ({
  x: fixture[`${name}.images`] ?? fixture.images!,
  weights: fixture[`${name}.weights`] ?? fixture.weights!,
  parameters: fixture[`${name}.parameters`]!,
  scalar: name.endsWith('.shared') ? values('scalar')[0] : undefined,
});

test('every likelihood of images has a case', () => {
  const types = new Set(Object.values(cases).map((each) => likelihoodOf(each).type));
  expect([...types].sort()).toEqual(likelihoodNames.filter((name) => name !== 'table').sort());
});

describe.each(Object.entries(cases))('%s', (name, options) => {
  const likelihood = likelihoodOf(options);

  test('nats, mean and gradients are as by PyTorch', async () => {
    const { nats, mean, byParameters, byScalar } = await evaluateLikelihood(
      likelihood,
      given(name),
    );
    expect(relativeError(nats, values(`${name}.nats`))).toBeLessThan(2e-6);
    // The mass is at one of two far logistics by a difference of 10,000s of nats.
    const tolerance = name === 'discretizedLogistic.extreme' ? 1e-3 : 1e-5;
    expect(relativeError(byParameters, values(`${name}.gradient`))).toBeLessThan(tolerance);
    if (fixture[`${name}.mean`]) {
      const expected = values(`${name}.mean`);
      expect(mean).toHaveLength(expected.length);
      mean.forEach((each, i) => {
        expect(Math.abs(each - expected[i]!)).toBeLessThan(2e-6 * (1 + Math.abs(expected[i]!)));
      });
    }
    if (byScalar !== undefined) {
      expect(relativeError([byScalar], values(`${name}.scalarGradient`))).toBeLessThan(1e-5);
    }
  });

  // Differences of float32 have too few digits left where nats are many.
  const isSteep = /\.(extreme|narrow)$/.test(name);

  test.skipIf(isSteep)('the gradients are slopes, by central differences', async () => {
    const at = given(name);
    const { byParameters, byX } = await evaluateLikelihood(likelihood, at);
    const total = async (moved: Partial<typeof at>) => {
      const { nats } = await evaluateLikelihood(likelihood, { ...at, ...moved });
      const w = at.weights.data as Float32Array;
      return nats.reduce((sum, each, i) => sum + each * w[i]!, 0);
    };
    const slopeOf = async (key: 'x' | 'parameters', direction: Float32Array) => {
      const start = at[key].data as Float32Array;
      const h = 0.01;
      const shifted = (steps: number) => {
        const data = start.map((each, i) => each + steps * h * direction[i]!);
        return total({ [key]: new Tensor('float32', data, at[key].dims) });
      };
      const [a, b, c, d] = [
        await shifted(1),
        await shifted(-1),
        await shifted(2),
        await shifted(-2),
      ];
      return (8 * (a - b) - (c - d)) / (12 * h);
    };
    const keys = ['bytes', 'levels'].includes(likelihood.support)
      ? (['parameters'] as const)
      : (['parameters', 'x'] as const);
    for (const key of keys) {
      const gradient = key === 'x' ? byX : byParameters;
      const norm = Math.sqrt(gradient.reduce((sum, each) => sum + each * each, 0));
      const direction = gradient.map((each) => each / norm);
      expect(Math.abs((await slopeOf(key, direction)) - norm) / norm, key).toBeLessThan(3e-3);
    }
  });
});
