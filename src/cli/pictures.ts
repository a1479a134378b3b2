import { Tensor } from 'onnxruntime-common';
import { type Dataset, readRange } from '../data/dataset.js';
import { spread } from '../data/spread.js';
import type { EpochMetrics, RunFolder } from '../training/index.js';
import type { VAE } from '../vae/index.js';
import { reconstructionSheet, sampleSheet } from './sheets.js';

const shownReconstructions = 10;
const shownMeans = 10_000;

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
    await folder.write(
      'reconstructions.png',
      await reconstructionSheet(vae, data, shownReconstructions),
    );
    if (vae.hasPrior) {
      await folder.write('samples.png', await sampleSheet(vae, {}));
    }
  }
  if (vae.config.latent !== 2 || vae.bottleneck === 'vectorQuantized') return;
  const shown = spread(data, shownMeans);
  const images = await readRange(shown, 0, shown.size);
  const { mean } = await vae.encode(images, { labels: vae.labelsOf(shown) });
  await folder.write(
    'latent.png',
    await report.latentPicture(mean.data as Float32Array, shown.labels, data.classNames),
  );
  // What a point stands for depends on the label where the model sees it, and on no prior's
  // quantiles where there is none.
  if (isImage(data.shape) && vae.hasPrior && vae.classes === undefined) {
    const grid = report.latentGrid();
    const decoded = await vae.decode(
      new Tensor('float32', grid.points, [grid.rows * grid.columns, 2]),
    );
    await folder.write('manifold.png', await report.manifoldPicture(decoded, grid));
  }
}
