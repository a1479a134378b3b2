import { join } from 'node:path';
import { betaVae, datasets, dense, reshape, VAE } from '../../src/index.js';
import { quarters } from '../cli/process.js';

/** The smallest images of four classes: 8 × 8 pixels. */
function smallImages() {
  const { images, labels } = quarters(400, 1);
  return datasets.fromArray(images, [1, 8, 8], { labels, name: 'quarters' });
}

/** Writes a run of the smallest network into `runs/<name>` of a folder. */
export async function writeSmallRun(
  folder: string,
  name: string,
  options: { latent?: number; data?: string; epochs?: number; beta?: number } = {},
): Promise<void> {
  const { latent = 2, data = 'quarters.npy', epochs = 3, beta = 1 } = options;
  const vae = new VAE({
    input: [1, 8, 8],
    latent,
    encoder: [dense(16, { activation: 'relu' })],
    decoder: [dense(16, { activation: 'relu' }), dense(64), reshape([1, 8, 8])],
    objective: betaVae({ beta }),
  });
  await vae.fit(smallImages(), { epochs, validationSplit: 0.1 });
  await vae.save(join(folder, 'runs', name), { data });
  await vae.release();
}
