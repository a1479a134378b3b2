import { Tensor } from 'onnxruntime-common';
import { type Dataset, readRange } from '../data/dataset.js';
import type { EpochMetrics, RunFolder } from '../training/index.js';
import type { VAE } from '../vae/index.js';

const shownReconstructions = 10;
const shownSamples = 64;
const shownMeans = 10_000;

/** The first images of a dataset, [count, ...shape]. */
export function firstImages(data: Dataset, count: number): Promise<Tensor> {
  return readRange(data, 0, Math.min(count, data.size));
}

/** Whether examples of this shape can be drawn as images. */
function isImage(shape: readonly number[]): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Loads what pictures are drawn by while training goes on; drawing will tell what is wrong. */
export function preparePictures(): void {
  import('../report/chart.js').then(({ loadCharts }) => loadCharts()).catch(() => undefined);
}

/** Draws what a run is judged by, into its folder. */
export async function writePictures(
  folder: RunFolder,
  vae: VAE,
  data: Dataset,
  history: readonly EpochMetrics[],
): Promise<void> {
  const report = await import('../report/index.js');
  if (history.length > 0) {
    const rows = history.map((line) => ({
      ...line,
      ...(line.kl === undefined ? {} : { kl: line.kl }),
    }));
    await folder.write('loss.png', await report.lossPicture(rows));
  }
  if (isImage(data.shape)) {
    const originals = await firstImages(data, shownReconstructions);
    const labels = vae.labelsOf(data, 0, originals.dims[0]);
    const reconstructions = await vae.reconstruct(originals, { labels });
    await folder.write(
      'reconstructions.png',
      await report.reconstructionsPicture(originals, reconstructions),
    );
    if (vae.hasPrior) {
      const samples = await vae.sample(shownSamples);
      await folder.write('samples.png', await report.samplesPicture(samples));
    }
  }
  if (vae.config.latent !== 2 || vae.bottleneck === 'vectorQuantized') return;
  const shown = await firstImages(data, shownMeans);
  const { mean } = await vae.encode(shown, { labels: vae.labelsOf(data, 0, shown.dims[0]) });
  const labels = data.labels && Array.from(data.labels).slice(0, mean.dims[0]);
  await folder.write(
    'latent.png',
    await report.latentPicture(mean.data as Float32Array, labels, data.classNames),
  );
  // What a point stands for depends on the label where the model sees it, and on no prior's
  // quantiles where there is none.
  if (isImage(data.shape) && vae.hasPrior && vae.classes === undefined) {
    const grid = report.latentGrid();
    const images = await vae.decode(
      new Tensor('float32', grid.points, [grid.rows * grid.columns, 2]),
    );
    await folder.write('manifold.png', await report.manifoldPicture(images, grid));
  }
}
