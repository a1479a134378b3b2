import type { Tensor } from 'onnxruntime-common';
import { elementsOf } from '../data/codecs/elements.js';
import { encodeNpyHeader } from '../data/codecs/npy.js';
import type { Dataset } from '../data/dataset.js';
import { type AtomicFile, openAtomic } from '../data/files/atomic-file.node.js';
import { csvCell, csvLine } from '../report/csv.js';
import type { Encoding, VAE } from '../vae/index.js';
import { piecesOf } from '../vae/model/examples.js';

/** The tensors of an encoding that say something, by file name. */
function partsOf(vae: VAE, { mean, logVariance, codes }: Encoding): Record<string, Tensor> {
  if (vae.hasCodes) return { codes: codes! };
  return vae.hasGaussianPosterior ? { mean, log_variance: logVariance } : { mean };
}

/** Row by row, its numbers as text. */
function rowsOf(tensor: Tensor): string[] {
  const [count = 0] = tensor.dims;
  const width = tensor.size / count;
  const data = tensor.data as Float32Array;
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width).join());
}

/** The files of a dataset's latents, to which the rows of some examples at a time are added. */
class LatentFiles {
  private constructor(
    private readonly csv: AtomicFile,
    private readonly arrays: Readonly<Record<string, AtomicFile>>,
  ) {}

  /** @param first the tensors of the first examples; later ones have the same shapes */
  static async open(path: string, data: Dataset, first: Readonly<Record<string, Tensor>>) {
    const opened: AtomicFile[] = [];
    try {
      const csv = await openAtomic(`${path}.csv`);
      opened.push(csv);
      const arrays: Record<string, AtomicFile> = {};
      const columns: string[] = [];
      for (const [name, tensor] of Object.entries(first)) {
        const array = await openAtomic(`${path}.${name}.npy`);
        opened.push(array);
        arrays[name] = array;
        const [count = 1, ...inner] = tensor.dims;
        const { type } = elementsOf(tensor, name);
        await array.add(encodeNpyHeader(type, [data.size, ...inner]));
        for (let i = 0; i < tensor.size / count; i++) columns.push(`${name}_${i}`);
      }
      const ids = (data.ids ?? []).map(({ name }) => name);
      const known = [...(data.origin ? ['origin'] : []), ...ids, ...(data.labels ? ['label'] : [])];
      await csv.add(csvLine(['index', ...known, ...columns]));
      return new LatentFiles(csv, arrays);
    } catch (error) {
      for (const file of opened) await file.discard();
      throw error;
    }
  }

  /** Adds examples from place `start` on. */
  async add(
    start: number,
    parts: Readonly<Record<string, Tensor>>,
    { labels, origin, ids = [] }: Dataset,
  ) {
    const rows = Object.values(parts).map(rowsOf);
    const lines = rows[0]!.map((_, i) => {
      const label = labels ? [labels[start + i]] : [];
      const from = origin ? [csvCell(origin(start + i))] : [];
      const names = ids.map(({ text }) => csvCell(text(start + i)));
      const numbers = rows.map((part) => part[i]);
      return `${[start + i, ...from, ...names, ...label, ...numbers].join()}\n`;
    });
    await this.csv.add(lines.join(''));
    for (const [name, tensor] of Object.entries(parts)) {
      await this.arrays[name]!.add(elementsOf(tensor, name).bytes);
    }
  }

  async commit(): Promise<void> {
    for (const file of [this.csv, ...Object.values(this.arrays)]) await file.commit();
  }

  async discard(): Promise<void> {
    for (const file of [this.csv, ...Object.values(this.arrays)]) await file.discard();
  }
}

/**
 * Writes `<path>.csv`, with the file or row that each example is from, `<path>.mean.npy` and
 * `<path>.log_variance.npy`; for deterministic encoders no log-variances, and with a codebook
 * `<path>.codes.npy` alone. Of large data, only some examples are in memory at a time.
 */
export async function writeLatents(vae: VAE, data: Dataset, path: string): Promise<void> {
  let files: LatentFiles | undefined;
  let names: string[] = [];
  try {
    const model = { shape: vae.config.input, classes: vae.classes };
    for await (const { images, labels, start } of piecesOf(data, undefined, model)) {
      const encoding = await vae.encode(images, { labels });
      const parts = partsOf(vae, encoding);
      names = Object.keys(parts);
      files ??= await LatentFiles.open(path, data, parts);
      await files.add(start, parts, data);
    }
    await files?.commit();
  } finally {
    await files?.discard();
  }
  const written = [`${path}.csv`, ...names.map((name) => `${path}.${name}.npy`)];
  process.stdout.write(`Written: ${written.join(', ')} (${data.size} examples)\n`);
}
