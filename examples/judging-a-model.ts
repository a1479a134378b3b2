import { datasets, dense, judges, reshape, samplers, VAE } from 'vaekit';

const { EPOCHS = 5, IMAGES = 20_000, COUNT = 500 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const vae = new VAE({
  input: [1, 28, 28],
  latent: 8,
  encoder: [dense(256, { activation: 'relu' })],
  decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
});
await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 128 });

const { figures } = await judges.judge(vae, test, { count: Number(COUNT), seed: 1 });
for (const [name, { value, error, detail = '' }] of Object.entries(figures)) {
  const spread = error === undefined ? '' : `± ${error.toFixed(3)}`;
  console.log(`${name.padEnd(20)} ${value.toFixed(3).padStart(9)} ${spread} ${detail}`.trimEnd());
}

// Draws of a mixture that is fitted to the latents, in the place of the prior's draws.
await vae.fitSampler(samplers.gaussianMixture({ components: 10 }), data);
const metrics = ['frechet', 'precision', 'recall'];
const mixture = await judges.judge(vae, test, { count: Number(COUNT), seed: 1, metrics });
for (const name of Object.keys(mixture.figures)) {
  const [before, after] = [figures[name]!.value, mixture.figures[name]!.value];
  console.log(`${name}: ${before.toFixed(3)} from the prior, ${after.toFixed(3)} from a mixture`);
}
await vae.release();
