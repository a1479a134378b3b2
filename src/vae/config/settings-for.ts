import type { Dataset } from '../../data/dataset.js';
import { summarizeValues } from '../../data/values.js';
import type { FitOptions } from '../../training/index.js';
import { fromConfig, type VAEOptions } from './options.js';
import type { PresetName } from './presets.js';
import { resolveRun } from './resolve.js';
import { type ConfigData, fitOptionsOf } from './run-config.js';

/** Settings of a model that go over the ones chosen by the data. */
export interface WantedSettings {
  /** The network to start from; by the data when left out. */
  readonly preset?: PresetName | undefined;
  /** Settings of the model over the preset's, as in `config.json`: `{ latent: 8, likelihood: 'gaussian' }`. */
  readonly model?: ConfigData['model'] | undefined;
}

/**
 * The settings with which `vaekit train` would first train on a dataset: network, latents, likelihood and
 * scaling by its shape, its values and the columns of a table; batches and epochs by its size.
 * @returns options for `new VAE`, and for its `fit`
 * @throws UserError when a setting is wrong, or does not go with the data
 */
export async function settingsFor(
  data: Dataset,
  { preset, model }: WantedSettings = {},
): Promise<{ readonly model: VAEOptions; readonly training: FitOptions }> {
  const run = resolveRun({
    given: { ...(preset ? { preset } : {}), ...(model ? { model } : {}) },
    data: { ...data, values: await summarizeValues(data) },
    spec: data.name,
    name: 'settingsFor',
  });
  return {
    model: fromConfig(run.model, 'settingsFor: model'),
    training: fitOptionsOf(run.training),
  };
}
