import { adam, dense, fromArray, reshape, VAE } from 'vaekit';

/** A small model that is trained here, and numbers of it that are the same wherever that is. */
export async function trained() {
  const values = Float32Array.from({ length: 512 * 16 }, (_, i) => ((i * 37) & 255) / 255);
  const data = fromArray(values, [1, 4, 4]);
  const vae = new VAE({
    input: [1, 4, 4],
    latent: 2,
    encoder: [dense(8, { activation: 'tanh' })],
    decoder: [dense(16), reshape([1, 4, 4])],
    seed: 1,
  });
  const { epochs } = await vae.fit(data, { epochs: 3, optimizer: adam(), validation: data });
  vae.setParameters(vae.parameters());
  const { mean } = await vae.encode(data.images);
  const images = await vae.decode(mean);
  const losses = epochs.flatMap((epoch) => [epoch.loss, epoch.val_loss]);
  return { vae, epochs, mean, images, numbers: [...losses, mean.data[0], images.data[0]] };
}
