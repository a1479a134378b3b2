import { writeFileAtomic } from '#files';
import type { TensorDataset } from '../data/dataset.js';
import { encodeNpy } from '../data/npy.js';
import type { VAE } from '../vae/index.js';

/** Writes `<path>.csv`, `<path>.mean.npy` and `<path>.log_variance.npy`. */
export async function writeLatents(vae: VAE, data: TensorDataset, path: string): Promise<void> {
  const { mean, logVariance } = await vae.encode(data.images);
  const { latent } = vae.config;
  const columns = (name: string) => Array.from({ length: latent }, (_, i) => `${name}_${i}`);
  const header = ['index', ...(data.labels ? ['label'] : []), ...columns('mean')];
  const lines = [[...header, ...columns('log_variance')].join()];
  const [means, logVariances] = [mean.data as Float32Array, logVariance.data as Float32Array];
  for (let i = 0; i < data.size; i++) {
    const row = (values: Float32Array) => values.subarray(i * latent, (i + 1) * latent).join();
    const label = data.labels ? `${data.labels[i]},` : '';
    lines.push(`${i},${label}${row(means)},${row(logVariances)}`);
  }
  await writeFileAtomic(`${path}.csv`, `${lines.join('\n')}\n`);
  await writeFileAtomic(`${path}.mean.npy`, encodeNpy(mean));
  await writeFileAtomic(`${path}.log_variance.npy`, encodeNpy(logVariance));
  process.stdout.write(
    `Written: ${path}.csv, ${path}.mean.npy, ${path}.log_variance.npy (${data.size} images)\n`,
  );
}
