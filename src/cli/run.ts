import { asModelSees, asValidated } from '../data/changes/seen.js';
import type { Dataset } from '../data/dataset.js';
import { openDataset } from '../data/datasets.js';
import { RunFolder } from '../runs/index.js';
import { VAE } from '../vae/index.js';
import { ownCode } from './config/own-code.js';
import { usualData } from './config/run-flags.js';
import { locateData, requireData } from './data-path.js';

/** Options of commands that load a run. */
export interface LoadingOptions {
  /** The file that defines the run's own layers. */
  config?: string;
}

/** Options of commands that show data to a trained model. */
export interface DataOptions extends LoadingOptions {
  data?: string;
  split: 'test' | 'train';
}

/** A run's model and the data it is shown. */
interface OpenRun {
  readonly vae: VAE;
  readonly data: Dataset;
  /** The data as validation saw it: black and white when the model was trained on that. */
  readonly validated: Dataset;
}

/** A run's model, its folder, and the settings in its `config.json`. */
export async function loadRun(path: string, { config }: LoadingOptions) {
  const folder = await RunFolder.open(path);
  const { model, ...settings } = await folder.readConfig();
  const vae = await VAE.load(path, await ownCode(path, model, config));
  return { vae, folder, settings };
}

/** Opens a run and the data it is shown. */
export async function openRun(path: string, options: DataOptions): Promise<OpenRun> {
  const { vae, settings } = await loadRun(path, options);
  const { training = {} } = settings as { training?: Record<string, unknown> };
  const located = await locateData(path, training, usualData);
  const { label, ...reading } = located.reading;
  if (options.data === undefined) await requireData(path, located);
  // A file of labels belongs to the data that the run was trained on; a column may be in other data.
  const labels = options.data === undefined || !located.hasLabelFile;
  const { train, test } = await openDataset(options.data ?? located.data, {
    ...reading,
    ...(label !== undefined && labels ? { label } : {}),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  const data = asModelSees(options.split === 'train' ? train : (test ?? train), training.augment);
  return { vae, data, validated: asValidated(data, training.binarize, vae.config.seed) };
}
