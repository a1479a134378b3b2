import { afterAll, beforeAll, expect, test } from 'vitest';
import { autoencoder, datasets, dense, judges, reshape, VAE, vqVae } from '../../../src/index.js';

const sprites = datasets.sprites({ positions: 3, orientations: 2, scales: 2 });
const input = [1, 64, 64];

const built = (options: Partial<ConstructorParameters<typeof VAE>[0]> = {}) =>
  new VAE({
    input,
    latent: 3,
    encoder: [dense(16, { activation: 'tanh' })],
    decoder: [dense(64 * 64), reshape(input)],
    seed: 2,
    ...options,
  });

let vae: VAE;

beforeAll(async () => {
  vae = built();
  await vae.fit(sprites, { epochs: 2, batchSize: 27 });
});

afterAll(() => vae.release());

test('a model is judged by its likelihood, latents, pictures and draws, and by factors', async () => {
  const found = await judges.judge(vae, sprites, { samples: 8 });
  expect(found.examples).toBe(108);
  const elbo = (await vae.elbo(sprites)).data as Float32Array;
  const mean = elbo.reduce((a, b) => a + b, 0) / 108;
  const { likelihood, reconstruction, drawn, disentanglement, activeLatents } = found;
  expect(likelihood!.elbo.mean).toBeCloseTo(mean, 3);
  const spread = elbo.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 107;
  expect(likelihood!.elbo.error).toBeCloseTo(Math.sqrt(spread / 108), 3);
  expect(activeLatents!.of).toBe(3);
  expect(reconstruction.psnr!.mean).toBeCloseTo(
    -10 * Math.log10(reconstruction.squaredError.mean),
    -1,
  );
  expect(reconstruction.ssim!.mean).toBeLessThan(1);
  expect(reconstruction.msSsim).toMatchObject({ scales: 3 });
  expect(reconstruction.msSsim!.mean).not.toBe(reconstruction.ssim!.mean);
  // Pictures of so many pixels have no covariance in reasonable time.
  expect(drawn!.raw).toBeUndefined();
  expect(drawn!.encoder!.frechet).toBeGreaterThan(0);
  expect(disentanglement!.factors).toEqual(['shape', 'scale', 'orientation', 'x', 'y']);
});

test('log p(x) is told with the error and the effective number of its draws, annealed where that is asked for', async () => {
  const found = await judges.judge(vae, sprites, { count: 6, samples: 8, temperatures: 5 });
  const { logLikelihood, annealed } = found.likelihood!;
  for (const each of [logLikelihood, annealed!]) {
    expect(each.drawError).toBeGreaterThan(0);
    expect(each.effectiveSamples).toBeGreaterThanOrEqual(1);
    expect(each.effectiveSamples).toBeLessThan(16);
  }
  expect(annealed).toMatchObject({ chains: 16, temperatures: 5 });
  expect(annealed!.acceptance).toBeGreaterThan(0);
  const plain = built({ objective: autoencoder() });
  await expect(plain.annealedLogLikelihood(sprites)).rejects.toThrow('the prior N(0, I)');
  await plain.release();
});

test('the examples are spread over the data, and the seed decides the draws', async () => {
  const options = { count: 20, samples: 2 };
  const [a, b, other] = [
    await judges.judge(vae, sprites, options),
    await judges.judge(vae, sprites, options),
    await judges.judge(vae, sprites, { ...options, seed: 9 }),
  ];
  expect(a.examples).toBe(20);
  expect(b).toEqual(a);
  expect(other.drawn).not.toEqual(a.drawn);
});

test('models without a likelihood, a prior or points have the rest', async () => {
  const plain = built({ objective: autoencoder(), likelihood: 'mse' });
  expect(Object.keys(await judges.judge(plain, sprites, { count: 12 }))).toEqual([
    'examples',
    'activeLatents',
    'reconstruction',
    'disentanglement',
  ]);
  const quantized = built({ objective: vqVae({ codes: 4 }), encoder: [dense(3)] });
  expect(Object.keys(await judges.judge(quantized, sprites, { count: 12 }))).not.toContain(
    'activeLatents',
  );
  await Promise.all([plain.release(), quantized.release()]);
});
