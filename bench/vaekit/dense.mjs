/**
 * The dense reference VAE in vaekit: the README's program, with the reference's settings.
 *
 * Usage: node dense.mjs [EPOCHS [BATCH]]. Prints one JSON line an epoch with `msPerStep`.
 */
import { adam, datasets, dense, reshape, VAE } from '../../dist/index.js';

const [epochs = 4, batchSize = 32] = process.argv.slice(2).map(Number);

const { train } = await datasets.mnist();
const vae = new VAE({
  input: [1, 28, 28],
  latent: 2,
  encoder: [dense(2, { activation: 'relu' })],
  decoder: [dense(784), reshape([1, 28, 28])],
  likelihood: 'bernoulli',
  kl: { weight: 0.5, reduction: 'mean' },
  seed: 0,
});
await vae.fit(train, {
  epochs,
  batchSize,
  optimizer: adam(),
  callbacks: [
    {
      onEpochEnd({ epoch, loss, seconds, steps }) {
        console.log(JSON.stringify({ epoch, steps, msPerStep: (1000 * seconds) / steps, loss }));
      },
    },
  ],
});
