import { Tensor } from 'onnxruntime-common';
import { afterAll, describe, expect, test } from 'vitest';
import { fillNormal, randomStream } from '../../../src/base/random.js';
import { fromArray } from '../../../src/data/dataset.js';
import { autoencoder, conditional, dense, VAE } from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';

const [examples, values, variance] = [16, 4, 0.25];

function normal(count: number, name: string, scale = 1): Float32Array {
  const numbers = new Float32Array(count);
  fillNormal(randomStream(7, name), numbers);
  return numbers.map((x) => x * scale);
}

/*
 * x = W z + b + σ ε, a linear model whose p(x) and p(z | x) are Gaussians (Tipping and Bishop 1999). The columns of W are
 * orthogonal, wᵢ = lᵢ hᵢ / 2 with rows h of a Hadamard matrix, so that p(z | x) is diagonal.
 */
const lengths = [2.4, 1.6, 0.9];
const latents = lengths.length;
const directions = [
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 1, -1, -1],
];
const weight = (j: number, k: number) => (lengths[k]! * directions[k]![j]!) / 2;
const bias = normal(values, 'bias');
const noise = normal(examples * values, 'noise', Math.sqrt(variance));
const z = normal(examples * latents, 'z');
const linear = Float32Array.from(noise, (e, place) => {
  const [i, j] = [Math.floor(place / values), place % values];
  return lengths.reduce((sum, _, k) => sum + weight(j, k) * z[i * latents + k]!, e + bias[j]!);
});
const data = fromArray(linear, [values]);

/** log N(x; b, W Wᵀ + σ² I) by the lengths of x along and across the directions; the mean over examples. */
const exact = (() => {
  let total = 0;
  for (let i = 0; i < examples; i++) {
    const x = Array.from({ length: values }, (_, j) => linear[i * values + j]! - bias[j]!);
    const along = directions.map((h) => h.reduce((sum, each, j) => sum + (each * x[j]!) / 2, 0));
    const rest = x.reduce((sum, each) => sum + each ** 2, 0);
    const across = along.reduce((sum, each) => sum - each ** 2, rest);
    const log = (square: number, s: number) => -0.5 * (square / s + Math.log(2 * Math.PI * s));
    total += along.reduce((sum, a, k) => sum + log(a ** 2, lengths[k]! ** 2 + variance), 0);
    total += log(across, variance);
  }
  return total / examples;
})();

const tensor = (dims: number[], at: (...place: number[]) => number) => {
  const [rows, columns = 1] = dims as [number, number?];
  const numbers = Float32Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return new Tensor('float32', numbers, dims);
};

const precision = (k: number) => lengths[k]! ** 2 + variance;

/** The model, with an encoder that gives the exact p(z | x), the same with twice the variance, or the prior. */
function known(tells: 'all' | 'some' | 'nothing'): VAE {
  const vae = new VAE({
    input: [values],
    latent: latents,
    encoder: [],
    decoder: [dense(values)],
    likelihood: { type: 'gaussian', variance },
  });
  const slope = (k: number, j: number) => (tells === 'nothing' ? 0 : weight(j, k) / precision(k));
  const spread = (k: number) => {
    if (tells === 'nothing') return 0;
    return Math.log((variance / precision(k)) * (tells === 'some' ? 2 : 1));
  };
  const offset = (k: number) => bias.reduce((sum, b, j) => sum - slope(k, j) * b, 0);
  vae.setParameters({
    'mean.weight': tensor([latents, values], slope),
    'mean.bias': tensor([latents], offset),
    'logVariance.weight': tensor([latents, values], () => 0),
    'logVariance.bias': tensor([latents], spread),
    'decoder.0.weight': tensor([values, latents], weight),
    'decoder.0.bias': tensor([values], (j) => bias[j]!),
  });
  return vae;
}

const [informed, unsure, blind] = [known('all'), known('some'), known('nothing')];
afterAll(() => Promise.all([informed.release(), unsure.release(), blind.release()]));

/** Estimates of several seeds, each as far from the exact one as its error says. */
async function expectCalibrated(
  estimate: (seed: number) => Promise<{ readonly mean: number; readonly error: number }>,
  mostError: number,
): Promise<void> {
  const offsets: number[] = [];
  for (let seed = 0; seed < 6; seed++) {
    const { mean, error } = await estimate(seed);
    expect(error).toBeLessThan(mostError);
    offsets.push((mean - exact) / error);
  }
  const scale = Math.sqrt(offsets.reduce((sum, each) => sum + each ** 2, 0) / offsets.length);
  expect(scale).toBeGreaterThan(0.4);
  expect(scale).toBeLessThan(1.8);
}

describe('log p(x) of a linear Gaussian model', () => {
  test('by annealed importance sampling is the exact one within its error', async () => {
    const options = { chains: 16, temperatures: 80, leapfrogSteps: 4 };
    await expectCalibrated((seed) => blind.annealedLogLikelihood(data, { ...options, seed }), 0.08);
  });

  test('by importance sampling is so too', async () => {
    await expectCalibrated((seed) => unsure.logLikelihood(data, { samples: 100, seed }), 0.03);
  });

  test('takes one draw where the posterior is exact: all weights are the same', async () => {
    const found = await informed.logLikelihood(data, { samples: 20 });
    expect(found.mean).toBeCloseTo(exact, 4);
    expect(found.error).toBeLessThan(1e-3);
    for (const each of found.effectiveSamples) expect(each).toBeCloseTo(20, 3);
    expect((await informed.logLikelihood(data, { samples: 1 })).error).toBeNaN();
  });

  test('has chains that tell more with more temperatures, and steps of the wanted acceptance', async () => {
    const of = async (temperatures: number) => {
      const found = await blind.annealedLogLikelihood(data, { temperatures, chains: 8 });
      const effective = found.effectiveSamples.reduce((a, b) => a + b, 0) / examples;
      return { ...found, effective };
    };
    const [one, few, many] = [await of(1), await of(20), await of(100)];
    expect(few.effective).toBeGreaterThan(one.effective);
    expect(many.effective).toBeGreaterThan(few.effective);
    expect(many.effective).toBeLessThan(8);
    expect(many.acceptance).toBeGreaterThan(0.55);
    expect(many.acceptance).toBeLessThan(0.75);
  });
});

describe('annealed importance sampling', () => {
  const options = { chains: 4, temperatures: 10, leapfrogSteps: 2 };

  test('is decided by the seed', async () => {
    const of = async (seed: number) =>
      (await blind.annealedLogLikelihood(data, { ...options, seed })).values;
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });

  test('judges models that see labels, and bytes', async () => {
    const vae = smallVAE({ objective: conditional({ classes: 4 }) });
    const seen = corners(12);
    const annealed = await vae.annealedLogLikelihood(seen, { ...options, temperatures: 100 });
    const weighted = await vae.logLikelihood(seen, { samples: 500 });
    expect(Math.abs(annealed.mean - weighted.mean)).toBeLessThan(4 * annealed.error);
    await vae.release();
  });

  test('needs the prior N(0, I), a density and whole numbers', async () => {
    const plain = smallVAE({ objective: autoencoder() });
    await expect(plain.annealedLogLikelihood(corners(2))).rejects.toThrow(
      'Annealed importance sampling starts from the prior N(0, I), which the objective autoencoder does not have.',
    );
    const measured = smallVAE({ likelihood: 'mse' });
    await expect(measured.annealedLogLikelihood(corners(2))).rejects.toThrow(
      'The likelihood mse is no distribution',
    );
    await expect(blind.annealedLogLikelihood(data, { chains: 0 })).rejects.toThrow(
      'chains must be a whole number from 1, not 0.',
    );
    const signal = AbortSignal.abort();
    await expect(blind.annealedLogLikelihood(data, { ...options, signal })).rejects.toThrow(
      'aborted',
    );
  });
});
