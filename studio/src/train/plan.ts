import { VAE } from '../../../src/index.js';
import { choosePreset, chosenRun } from '../../../src/vae/config/choose-preset.js';
import { preset } from '../../../src/vae/config/presets.js';
import { checkRun } from '../../../src/vae/config/run-config.js';
import { fromConfig, type LikelihoodName } from '../../../src/vae/index.js';
import type { Plan, TrainSettings } from './settings.js';

interface LayerConfig {
  readonly type: string;
  readonly units?: number;
  readonly activation?: string;
}

/** A dense layer that is neither a head nor the decoder's last. */
const isHidden = ({ type, activation }: LayerConfig) => type === 'dense' && activation === 'relu';

/** The user's own data has mostly no part that is kept from training. */
const splitOff = (data: string) => (data.startsWith('kept:') ? 0.1 : undefined);

/**
 * What settings come to for data of a shape.
 * @param size examples to train on
 * @throws UserError when the preset cannot take the shape, or a setting is out of its range
 */
export function plan(settings: TrainSettings, shape: readonly number[], size: number): Plan {
  const { data, latent, hidden, likelihood, seed } = settings;
  const validationSplit = splitOff(data);
  const trained = Math.ceil(size * (1 - (validationSplit ?? 0)));
  const choice = settings.preset ? undefined : choosePreset({ data, shape, size: trained });
  const name = choice?.name ?? settings.preset!;
  const base = choice
    ? chosenRun(choice, shape, { latent, likelihood })
    : preset(name, shape, { latent, likelihood });
  const { kl, ...model } = base.model as Record<string, unknown>;
  const encoder = model.encoder as readonly LayerConfig[];
  const decoder = model.decoder as readonly LayerConfig[];
  const isDense = encoder.every(isHidden);
  const units = (count: number): LayerConfig => ({
    type: 'dense',
    units: count,
    activation: 'relu',
  });
  const network =
    isDense && hidden
      ? {
          encoder: hidden.map(units),
          // The tiny preset has no hidden layer in its decoder, which others mirror.
          decoder: [
            ...(decoder.some(isHidden) || hidden.length !== 1
              ? hidden.toReversed().map(units)
              : []),
            ...decoder.filter((layer) => !isHidden(layer)),
          ],
        }
      : {};
  const beta = kl ? (settings.beta ?? betaOf(kl as Kl, model.latent as number)) : undefined;
  const run = checkRun(
    {
      model: {
        ...model,
        ...network,
        // KL before its weight is what the page shows, and β may change while it trains.
        ...(beta === undefined ? {} : { objective: { type: 'betaVae', beta } }),
        ...(seed === undefined ? {} : { seed }),
      },
      training: {
        ...base.training,
        data,
        ...given({ validationSplit }),
        ...given({ epochs: settings.epochs, batchSize: settings.batchSize }),
        optimizer: { type: 'adam', ...given({ learningRate: settings.learningRate }) },
        ...(settings.device === 'webgpu' ? { device: settings.device } : {}),
      },
    },
    'settings',
  );
  const { model: checked, training } = run;
  const vae = new VAE(fromConfig(checked, 'settings: model'));
  const { learningRate = 0.001 } = training.optimizer as { learningRate?: number };
  const layers = checked.encoder as unknown as readonly LayerConfig[];
  return {
    settings: {
      preset: name,
      latent: checked.latent,
      ...(isDense ? { hidden: layers.map((layer) => layer.units!) } : {}),
      likelihood: nameOf(vae.config.likelihood),
      ...(beta === undefined ? {} : { beta }),
      batchSize: training.batchSize,
      learningRate,
      epochs: training.epochs,
      seed: checked.seed,
      device: settings.device ?? 'cpu',
    },
    ...(choice ? { because: choice.because } : {}),
    config: { model: { ...vae.config }, training },
    summary: vae.layers(),
  };
}

interface Kl {
  readonly weight: number;
  readonly reduction: 'sum' | 'mean';
}

/** β of a weighed KL term: of weight · Σ (μ² + σ² − 1 − log σ²), which is 2 · weight · KL. */
function betaOf({ weight, reduction }: Kl, latent: number): number {
  return (2 * weight) / (reduction === 'mean' ? latent : 1);
}

function nameOf(likelihood: unknown): LikelihoodName {
  const { type } =
    typeof likelihood === 'string' ? { type: likelihood } : (likelihood as { type: string });
  return type as LikelihoodName;
}

/** Entries whose value is given. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
