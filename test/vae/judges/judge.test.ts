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

/** Measures that take seconds of so many examples, annealed importance sampling among them. */
const slow = /^(betaVae|factorVae|sap|dci.*|annealed.*|effectiveChains)$/;

test('a model is judged by its likelihood, latents, pictures and draws, and by factors', async () => {
  const options = { samples: 8, metrics: judges.measureNames.filter((name) => !slow.test(name)) };
  const { examples, figures } = await judges.judge(vae, sprites, options);
  expect(examples).toBe(108);
  const elbo = (await vae.elbo(sprites)).data as Float32Array;
  const mean = elbo.reduce((a, b) => a + b, 0) / 108;
  expect(figures.elbo!.value).toBeCloseTo(mean, 3);
  const spread = elbo.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 107;
  expect(figures.elbo!.error).toBeCloseTo(Math.sqrt(spread / 108), 3);
  expect(figures.logLikelihood!.detail).toBe('by 8 draws');
  expect(figures.activeLatents!.detail).toBe('of 3');
  expect(figures.mutualInformation!.value).toBeLessThan(Math.log(108));
  expect(figures.psnr!.value).toBeCloseTo(-10 * Math.log10(figures.squaredError!.value), -1);
  expect(figures.ssim!.value).toBeLessThan(1);
  expect(figures.msSsim!.detail).toBe('by 3 scales');
  expect(figures.msSsim!.value).not.toBe(figures.ssim!.value);
  // Pictures of so many pixels have no covariance in reasonable time.
  expect(figures['frechet/raw']).toBeUndefined();
  expect(figures['frechet/encoder']!.value).toBeGreaterThan(0);
  expect(figures.neighbourAccuracy!.value).toBeGreaterThan(1 / 3);
  expect(figures.mig!.error).toBeGreaterThan(0);
  const order = Object.keys(figures).map((name) => name.replace('/encoder', ''));
  expect(order).toEqual(options.metrics);
});

test('log p(x) is told with the error and the effective number of its draws, annealed where that is asked for', async () => {
  const options = { count: 6, samples: 8, metrics: ['logLikelihood', 'effectiveSamples'] };
  const annealed = ['annealedLogLikelihood', 'effectiveChains', 'annealedAcceptance'];
  const metrics = [...options.metrics, ...annealed];
  await expect(judges.judge(vae, sprites, { ...options, metrics })).rejects.toThrow(
    'the number of temperatures is not given',
  );
  const { figures } = await judges.judge(vae, sprites, { ...options, metrics, temperatures: 5 });
  for (const name of ['logLikelihood', 'annealedLogLikelihood']) {
    expect(figures[name]!.drawError).toBeGreaterThan(0);
  }
  for (const name of ['effectiveSamples', 'effectiveChains']) {
    expect(figures[name]!.value).toBeGreaterThanOrEqual(1);
    expect(figures[name]!.value).toBeLessThan(16);
  }
  expect(figures.annealedAcceptance!.value).toBeGreaterThan(0);
  const plain = built({ objective: autoencoder() });
  await expect(plain.annealedLogLikelihood(sprites)).rejects.toThrow('a prior with a density');
  await plain.release();
});

test('an error by halves is about the spread over other examples', async () => {
  const metrics = ['mig'];
  const many = datasets.sprites({ positions: 5, orientations: 4, scales: 3 });
  const { train, validation } = datasets.split(many, 0.5, 1);
  const [a, b] = [
    await judges.judge(vae, train, { metrics }),
    await judges.judge(vae, validation, { metrics }),
  ].map(({ figures }) => figures.mig!);
  const error = Math.hypot(a!.error!, b!.error!);
  expect(Math.abs(a!.value - b!.value)).toBeLessThan(4 * error);
  expect(error).toBeLessThan(a!.value);
});

test('the examples are spread over the data, and the seed decides the draws', async () => {
  const options = { count: 20, samples: 2, metrics: ['precision', 'kernel', 'elbo'] };
  const [a, b, other] = [
    await judges.judge(vae, sprites, options),
    await judges.judge(vae, sprites, options),
    await judges.judge(vae, sprites, { ...options, seed: 9 }),
  ];
  expect(a.examples).toBe(20);
  expect(b).toEqual(a);
  expect(Object.keys(a.figures)).toEqual(['elbo', 'kernel/encoder', 'precision/encoder']);
  expect(other.figures['kernel/encoder']).not.toEqual(a.figures['kernel/encoder']);
});

test('models without a likelihood, a prior or points have the rest', async () => {
  const plain = built({ objective: autoencoder(), likelihood: 'mse' });
  const { figures } = await judges.judge(plain, sprites, {
    count: 12,
    votes: { train: 40, test: 20 },
  });
  const lacked =
    /elbo|logLikelihood|effective|annealed|mutual|aggregate|frechet|kernel|precision|recall|density|coverage/;
  expect(Object.keys(figures)).toEqual(judges.measureNames.filter((name) => !lacked.test(name)));
  const quantized = built({ objective: vqVae({ codes: 4 }), encoder: [dense(3)] });
  const codes = await judges.judge(quantized, sprites, { count: 12 });
  expect(Object.keys(codes.figures)).toEqual(['squaredError', 'psnr', 'ssim', 'msSsim']);
  const asked = judges.judge(plain, sprites, { metrics: ['elbo'] });
  await expect(asked).rejects.toThrow(
    'metrics: elbo cannot be measured: the model has no bound on log p(x). Leave it out.',
  );
  await Promise.all([plain.release(), quantized.release()]);
});

test('each measure is told before it is taken, and an end is asked for between two', async () => {
  const told: string[] = [];
  const controller = new AbortController();
  const judged = judges.judge(vae, sprites, {
    metrics: ['psnr', 'ssim', 'elbo'],
    count: 10,
    signal: controller.signal,
    onMeasure(name, place, count) {
      told.push(`${name} ${place}/${count}`);
      if (place === 1) controller.abort();
    },
  });
  await expect(judged).rejects.toThrow('abort');
  expect(told).toEqual(['elbo 0/3', 'psnr 1/3']);
});

test('unknown measures and too few examples are refused', async () => {
  await expect(judges.judge(vae, sprites, { metrics: ['fid'] })).rejects.toThrow(
    "unknown measure 'fid'. Known: elbo, logLikelihood",
  );
  await expect(judges.judge(vae, sprites, { count: 5 })).rejects.toThrow('too few to judge by');
});
