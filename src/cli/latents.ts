import { Tensor } from 'onnxruntime-common';
import { writeFileAtomic } from '#files';
import { type Dataset, readRange } from '../data/dataset.js';
import { encodeNpy } from '../data/npy.js';
import type { Encoding, VAE } from '../vae/index.js';

/** Images that are in memory at the same time. */
const readSize = 256;

/** What is written of an encoding: the parts that say something, by file name. */
function partsOf(vae: VAE, { mean, logVariance, codes }: Encoding): Record<string, Tensor> {
  if (vae.bottleneck === 'vectorQuantized') return { codes: codes! };
  return vae.bottleneck === 'gaussian' ? { mean, log_variance: logVariance } : { mean };
}

/** Row by row, its numbers as text. */
function rowsOf(tensor: Tensor): string[] {
  const [count = 0] = tensor.dims;
  const width = tensor.size / count;
  const data = tensor.data as Float32Array;
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width).join());
}

/** Parts of equal rows, one after another. */
function join(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor, ...Tensor[]];
  const total = parts.reduce((sum, part) => sum + part.dims[0]!, 0);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const whole = first.type === 'int64' ? new BigInt64Array(size) : new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    (whole as Float32Array).set(part.data as Float32Array, at);
    at += part.size;
  }
  return new Tensor(first.type as 'float32', whole as Float32Array, [
    total,
    ...first.dims.slice(1),
  ]);
}

/**
 * Writes `<path>.csv`, `<path>.mean.npy` and `<path>.log_variance.npy`; for deterministic encoders
 * no log-variances, and with a codebook `<path>.codes.npy` alone.
 */
export async function writeLatents(vae: VAE, data: Dataset, path: string): Promise<void> {
  const read: Record<string, Tensor>[] = [];
  for (let start = 0; start < data.size; start += readSize) {
    const end = Math.min(start + readSize, data.size);
    const images = await readRange(data, start, end);
    const encoding = await vae.encode(images, { labels: vae.labelsOf(data, start, end) });
    read.push(partsOf(vae, encoding));
  }
  const names = Object.keys(read[0]!);
  const parts = names.map((name) => [name, join(read.map((each) => each[name]!))] as const);
  const columns = parts.flatMap(([name, tensor]) =>
    Array.from({ length: tensor.size / data.size }, (_, i) => `${name}_${i}`),
  );
  const rows = parts.map(([, tensor]) => rowsOf(tensor));
  const lines = [['index', ...(data.labels ? ['label'] : []), ...columns].join()];
  for (let i = 0; i < data.size; i++) {
    const label = data.labels ? [data.labels[i]] : [];
    lines.push([i, ...label, ...rows.map((part) => part[i])].join());
  }
  await writeFileAtomic(`${path}.csv`, `${lines.join('\n')}\n`);
  const files = parts.map(([name]) => `${path}.${name}.npy`);
  for (const [name, tensor] of parts) {
    await writeFileAtomic(`${path}.${name}.npy`, encodeNpy(tensor));
  }
  process.stdout.write(`Written: ${[`${path}.csv`, ...files].join(', ')} (${data.size} images)\n`);
}
