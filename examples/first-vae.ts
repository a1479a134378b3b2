import { mkdir, writeFile } from 'node:fs/promises';
import { adam, datasets, dense, report, reshape, VAE } from 'vaekit';

const { EPOCHS = 30, IMAGES = 60_000 } = process.env;

const { train, test } = await datasets.mnist();
const vae = new VAE({
  input: [1, 28, 28],
  latent: 2,
  encoder: [dense(2, { activation: 'relu' })], // the heads of mean and log-variance follow
  decoder: [dense(784), reshape([1, 28, 28])], // gives the likelihood's parameters: logits here
  likelihood: 'bernoulli',
  kl: { weight: 0.5, reduction: 'mean' },
  seed: 42,
});
console.log(vae.summary());

const { epochs } = await vae.fit(datasets.take(train, Number(IMAGES)), {
  epochs: Number(EPOCHS),
  batchSize: 32,
  optimizer: adam(),
  validation: test,
});
console.log(`first epoch: val_loss ${epochs.at(0)?.val_loss?.toFixed(1)}`);
console.log(`last epoch: val_loss ${epochs.at(-1)?.val_loss?.toFixed(1)}`);

// Loss and parts are means over the images, in nats.
const { loss, reconstruction, kl = 0, weightedKl = kl } = await vae.evaluate(test);
console.log(
  `test: ${reconstruction.toFixed(1)} + ${weightedKl.toFixed(1)} = ${loss.toFixed(1)} nats`,
);
console.log(`KL divergence: ${kl.toFixed(1)} nats`);

const { deadUnits } = await vae.health(test);
console.log(`dead hidden units: ${deadUnits.flatMap(({ units }) => units).length}`);

const { mean } = await vae.encode(test.images);
console.log(`means: [${mean.dims.join(', ')}]`);

await mkdir('runs/examples', { recursive: true });
const first = datasets.take(test, 10).images;
const pictures = {
  'first-vae-reconstructions.png': await report.reconstructionsPicture(
    first,
    await vae.reconstruct(first),
  ),
  'first-vae-samples.png': await report.samplesPicture(await vae.sample(64)),
  'first-vae-latent.png': await report.latentPicture(mean.data as Float32Array, test.labels),
};
for (const [name, png] of Object.entries(pictures)) await writeFile(`runs/examples/${name}`, png);
