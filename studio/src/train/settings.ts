import type { PresetName } from '../../../src/vae/config/presets.js';
import type { LikelihoodName, Summary } from '../../../src/vae/index.js';
import type { DataName } from '../model/api.js';

/** What the user chose; what is left out is as the preset has it. */
export interface TrainSettings {
  readonly data: DataName;
  /** The one that the data asks for when left out. */
  readonly preset?: PresetName;
  readonly latent?: number;
  /** Units of the dense hidden layers of the encoder, from the image on; the decoder mirrors them. */
  readonly hidden?: readonly number[];
  readonly likelihood?: LikelihoodName;
  readonly beta?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly epochs?: number;
  readonly seed?: number;
  readonly device?: Device;
}

/** What steps run on. */
export type Device = 'cpu' | 'webgpu';

/** A run's config as `config.json` has it. */
export interface PlannedConfig {
  readonly model: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

/** What the settings come to: all of them, the config, and the layers. */
export interface Plan {
  readonly settings: {
    readonly preset: PresetName;
    readonly latent: number;
    /** Absent where the hidden layers are not all dense. */
    readonly hidden?: readonly number[];
    readonly likelihood: LikelihoodName;
    /** Absent where the loss has no KL term. */
    readonly beta?: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly epochs: number;
    readonly seed: number;
    readonly device: Device;
  };
  /** Why the preset was chosen; absent where the user did. */
  readonly because?: string;
  readonly config: PlannedConfig;
  readonly summary: Summary;
}

/** What each preset is, for people. */
export const presetTitles: Readonly<Record<PresetName, string>> = {
  dense: 'Tiny: 2 hidden units (seconds)',
  mlp: 'Dense: 512 hidden units',
  conv: 'Convolutional',
  resnet: 'Residual convolutions',
  vq: 'VQ-VAE: a codebook',
};

export const likelihoodTitles: Readonly<Record<LikelihoodName, string>> = {
  bernoulli: 'Bernoulli (black and white)',
  continuousBernoulli: 'Continuous Bernoulli',
  gaussian: 'Gaussian',
  laplace: 'Laplace',
  discretizedLogistic: 'Discretized logistic',
  categorical: 'Categorical (256 levels)',
  mse: 'Squared error (no probability)',
};

export const deviceTitles: Readonly<Record<Device, string>> = {
  cpu: 'The processor (WebAssembly)',
  webgpu: 'The graphics processor (WebGPU)',
};

export const firstSettings: TrainSettings = { data: 'mnist' };
