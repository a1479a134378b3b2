import { Tensor } from 'onnxruntime-common';
import { writeFileAtomic } from '#files';
import { type Dataset, readRange } from '../data/dataset.js';
import { encodeNpy } from '../data/npy.js';
import type { VAE } from '../vae/index.js';

/** Images that are in memory at the same time. */
const readSize = 256;

/** Writes `<path>.csv`, `<path>.mean.npy` and `<path>.log_variance.npy`. */
export async function writeLatents(vae: VAE, data: Dataset, path: string): Promise<void> {
  const { latent } = vae.config;
  const mean = new Tensor('float32', new Float32Array(data.size * latent), [data.size, latent]);
  const logVariance = new Tensor('float32', new Float32Array(mean.size), mean.dims);
  for (let start = 0; start < data.size; start += readSize) {
    const end = Math.min(start + readSize, data.size);
    const part = await vae.encode(await readRange(data, start, end));
    (mean.data as Float32Array).set(part.mean.data as Float32Array, start * latent);
    (logVariance.data as Float32Array).set(part.logVariance.data as Float32Array, start * latent);
  }
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
