import { Tensor } from 'onnxruntime-common';
import { type Dataset, readRange } from '../data/dataset.js';
import { elementCount } from '../data/shape.js';
import type { EpochMetrics, RunFolder } from '../training/index.js';
import type { VAE } from '../vae/index.js';

const shownReconstructions = 10;
const shownSamples = 64;
const shownMeans = 10_000;

/** Bytes of examples that are read at a time. */
const mostReadBytes = 2 ** 26;

/** Ranges of a dataset's first examples, each small enough to be read at once. */
export function* rangesOf(data: Dataset, count = data.size): Generator<[number, number]> {
  const bytes = elementCount(data.shape) * (data.dtype === 'uint8' ? 1 : 4);
  const size = Math.max(1, Math.min(256, Math.floor(mostReadBytes / bytes)));
  const end = Math.min(count, data.size);
  for (let start = 0; start < end; start += size) yield [start, Math.min(start + size, end)];
}

/**
 * The first images of a dataset over their reconstructions, both made smaller where a sheet of them
 * would be too large.
 */
export async function reconstructed(
  vae: VAE,
  data: Dataset,
  count: number,
): Promise<readonly [originals: Tensor, reconstructions: Tensor]> {
  const { shrinkFor, shrunkTensor } = await import('../report/index.js');
  const shrink = shrinkFor(data.shape, Math.min(count, data.size), 2);
  const [originals, reconstructions]: [Tensor[], Tensor[]] = [[], []];
  for (const [start, end] of rangesOf(data, count)) {
    const images = await readRange(data, start, end);
    originals.push(shrunkTensor(images, shrink));
    const labels = vae.labelsOf(data, start, end);
    reconstructions.push(await vae.reconstruct(images, { labels, shrink }));
  }
  return [joined(originals), joined(reconstructions)];
}

/** Posterior means of a dataset's first examples, row by row: count · latents numbers. */
async function firstMeans(vae: VAE, data: Dataset, count: number): Promise<Float32Array> {
  const parts: Tensor[] = [];
  for (const [start, end] of rangesOf(data, count)) {
    const labels = vae.labelsOf(data, start, end);
    parts.push((await vae.encode(await readRange(data, start, end), { labels })).mean);
  }
  return joined(parts).data as Float32Array;
}

/** Tensors [N, ...] of one type, one after another. */
function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor, ...Tensor[]];
  if (parts.length === 1) return first;
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const whole = first.type === 'uint8' ? new Uint8Array(size) : new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part.data as Float32Array, at);
    at += part.size;
  }
  const count = parts.reduce((sum, { dims }) => sum + dims[0]!, 0);
  return new Tensor(first.type as 'float32', whole as Float32Array, [
    count,
    ...first.dims.slice(1),
  ]);
}

/** Lets signals through between two pieces of work. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Whether examples of this shape can be drawn as images. */
function isImage(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Loads what pictures are drawn by while training goes on; drawing will tell what is wrong. */
export function preparePictures(): void {
  import('../report/chart.js').then(({ loadCharts }) => loadCharts()).catch(() => undefined);
}

/**
 * Draws what a run is judged by, into its folder.
 * @throws the signal's reason once it is aborted, between two pictures
 */
export async function writePictures(
  folder: RunFolder,
  vae: VAE,
  data: Dataset,
  history: readonly EpochMetrics[],
  signal: AbortSignal,
): Promise<void> {
  const report = await import('../report/index.js');
  const write = async (name: string, png: Uint8Array) => {
    signal.throwIfAborted();
    await folder.write(name, png);
    await breathe();
  };
  if (history.length > 0) {
    const rows = history.map((line) => ({
      ...line,
      ...(line.kl === undefined ? {} : { kl: line.kl }),
    }));
    await write('loss.png', await report.lossPicture(rows));
  }
  if (isImage(data.shape)) {
    const [originals, reconstructions] = await reconstructed(vae, data, shownReconstructions);
    await write(
      'reconstructions.png',
      await report.reconstructionsPicture(originals, reconstructions),
    );
    if (vae.hasPrior) {
      const side = Math.ceil(Math.sqrt(shownSamples));
      const shrink = report.shrinkFor(data.shape, side, side);
      const samples = await vae.sample(shownSamples, { shrink });
      await write('samples.png', await report.samplesPicture(samples));
    }
  }
  if (vae.config.latent !== 2 || vae.bottleneck === 'vectorQuantized') return;
  // Else the runtime would keep what it took for the pictures before.
  await vae.release();
  const means = await firstMeans(vae, data, shownMeans);
  const labels = data.labels && Array.from(data.labels).slice(0, means.length / 2);
  await write('latent.png', await report.latentPicture(means, labels, data.classNames));
  // What a point stands for depends on the label where the model sees it, and on no prior's
  // quantiles where there is none.
  if (isImage(data.shape) && vae.hasPrior && vae.classes === undefined) {
    await vae.release();
    const grid = report.latentGrid();
    const points = new Tensor('float32', grid.points, [grid.rows * grid.columns, 2]);
    const shrink = report.shrinkFor(data.shape, grid.columns, grid.rows);
    const images = await vae.decode(points, { shrink });
    await write('manifold.png', await report.manifoldPicture(images, grid));
  }
}
