import { breathe } from '../../base/breathe.js';
import type { Dataset } from '../../data/dataset.js';
import type { RunFolder } from '../../runs/index.js';
import type { EpochMetrics } from '../../training/index.js';
import type { VAE } from '../../vae/index.js';
import { isDrawn, manifoldSheet, reconstructionSheet, sampleSheet } from '../sheets.js';

const shownReconstructions = 10;

/** Loads the charts while training goes on; drawing tells of a fault later. */
export function preparePictures(): void {
  import('../../report/chart.js').then(({ loadCharts }) => loadCharts()).catch(() => undefined);
}

/**
 * Draws the pictures that a run is judged by, into its folder.
 * @throws the signal's reason once it is aborted, between two pictures
 */
export async function writePictures(
  folder: RunFolder,
  vae: VAE,
  data: Dataset,
  history: readonly EpochMetrics[],
  signal: AbortSignal,
): Promise<void> {
  const report = await import('../../report/index.js');
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
  if (isDrawn(vae.input)) {
    await write('reconstructions.png', await reconstructionSheet(vae, data, shownReconstructions));
    if (vae.hasPrior) {
      await write('samples.png', await sampleSheet(vae, {}));
    }
  }
  const isTable = vae.input.kind === 'table';
  const hasMap = isTable ? vae.config.latent > 1 : vae.config.latent === 2;
  if (!hasMap || !vae.hasPoints) return;
  // The runtime would otherwise keep its memory for the pictures before.
  await vae.release();
  const { latentMap } = await import('../latent-map.js');
  await write('latent.png', await latentMap(vae, data, undefined));
  // The image of a point depends on the label where the model sees it, and on no prior's
  // quantiles where there is none.
  if (isDrawn(vae.input) && vae.hasPrior && vae.classes === undefined) {
    await vae.release();
    await write('manifold.png', await manifoldSheet(vae));
  }
}
