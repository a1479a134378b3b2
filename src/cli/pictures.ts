import { Tensor } from 'onnxruntime-common';
import type { TensorDataset } from '../data/dataset.js';
import type { EpochMetrics, RunFolder } from '../training/index.js';
import type { VAE } from '../vae/index.js';

const shownReconstructions = 10;
const shownSamples = 64;
const shownMeans = 10_000;

/** The first images of a dataset, [count, ...shape]. */
export async function firstImages(data: TensorDataset, count: number): Promise<Tensor> {
  const shown = Math.min(count, data.size);
  const width = data.shape.reduce((a, b) => a * b, 1);
  const values = new (data.dtype === 'uint8' ? Uint8Array : Float32Array)(shown * width);
  const order = Uint32Array.from({ length: shown }, (_, i) => i);
  await data.read(order, values);
  return new Tensor(data.dtype, values, [shown, ...data.shape]);
}

/** Whether examples of this shape can be drawn as images. */
export function isImage(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Draws what a run is judged by, into its folder. */
export async function writePictures(
  folder: RunFolder,
  vae: VAE,
  data: TensorDataset,
  history: readonly EpochMetrics[],
): Promise<void> {
  const report = await import('../report/index.js');
  if (history.length > 0) {
    const rows = history.map((line) => ({
      ...line,
      loss: line.loss!,
      reconstruction: line.reconstruction!,
      kl: line.kl!,
    }));
    await folder.write('loss.png', await report.lossPicture(rows));
  }
  if (isImage(data.shape)) {
    const originals = await firstImages(data, shownReconstructions);
    const reconstructions = await vae.reconstruct(originals);
    await folder.write(
      'reconstructions.png',
      await report.reconstructionsPicture(originals, reconstructions),
    );
    await folder.write('samples.png', await report.samplesPicture(await vae.sample(shownSamples)));
  }
  if (vae.config.latent !== 2) return;
  const { mean } = await vae.encode(await firstImages(data, shownMeans));
  const labels = data.labels && Array.from(data.labels).slice(0, mean.dims[0]);
  await folder.write(
    'latent.png',
    await report.latentPicture(mean.data as Float32Array, labels, data.classNames),
  );
  if (isImage(data.shape)) {
    const grid = report.latentGrid();
    const images = await vae.decode(
      new Tensor('float32', grid.points, [grid.rows * grid.columns, 2]),
    );
    await folder.write('manifold.png', await report.manifoldPicture(images, grid));
  }
}
