import { afterAll, describe, expect, test } from 'vitest';
import { autoencoder, conditional, hierarchical, vampPrior } from '../../../src/index.js';
import { corners, smallVAE } from '../small.js';
import { data, exact, examples, linearVAE } from './linear.js';

const [informed, unsure, blind] = [linearVAE('all'), linearVAE('some'), linearVAE('nothing')];
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
    const options = { chains: 16, temperatures: 60, leapfrogSteps: 3 };
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

  test.each([
    conditional({ classes: 4 }),
    vampPrior({ components: 6 }),
    hierarchical({ groups: 2, hidden: 4 }),
  ])('judges models of bytes with the objective $type', async (objective) => {
    const vae = smallVAE({ objective });
    const seen = corners(12);
    const annealed = await vae.annealedLogLikelihood(seen, { ...options, temperatures: 100 });
    const weighted = await vae.logLikelihood(seen, { samples: 2000 });
    expect(Math.abs(annealed.mean - weighted.mean)).toBeLessThan(
      4 * Math.hypot(annealed.error, weighted.error),
    );
    await vae.release();
  });

  test('needs a density of the prior and of p(x | z), and whole numbers', async () => {
    const plain = smallVAE({ objective: autoencoder() });
    await expect(plain.annealedLogLikelihood(corners(2))).rejects.toThrow(
      'Annealed importance sampling starts from a prior with a density of all latents, which the objective autoencoder does not have.',
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
