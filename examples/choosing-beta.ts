import { betaVae, datasets, dense, reshape, VAE } from 'vaekit';

const { EPOCHS = 10, IMAGES = 20_000 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));

console.log('   β  reconstruction     KL  −ELBO  latents in use');
for (const beta of [0.25, 0.5, 1, 2, 4, 8]) {
  const vae = new VAE({
    input: [1, 28, 28],
    latent: 16,
    encoder: [dense(256, { activation: 'relu' })],
    decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
    objective: betaVae({ beta }),
  });
  await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 128 });
  const { reconstruction, kl = 0 } = await vae.evaluate(test);
  const { klPerLatent, collapsedLatents } = await vae.health(test);
  console.log(
    [
      String(beta).padStart(4),
      reconstruction.toFixed(1).padStart(14),
      kl.toFixed(1).padStart(5),
      (reconstruction + kl).toFixed(1).padStart(5),
      `${klPerLatent.length - collapsedLatents.length} of ${klPerLatent.length}`.padStart(14),
    ].join('  '),
  );
  await vae.release();
}
