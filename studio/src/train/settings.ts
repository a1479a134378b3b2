import type { Summary } from '../../../src/vae/index.js';
import type { DataName } from '../data/info.js';

/** Values of options that the form shows, by their names; one that is left out is as the preset has it. */
export interface OptionValues {
  readonly [option: string]: unknown;
}

/** Options of a config that have no field of their own in the form, as plain data. */
export interface MoreSettings {
  readonly model?: Readonly<Record<string, unknown>>;
  readonly training?: Readonly<Record<string, unknown>>;
}

/** The values of all options of a run, as far as fields show them. */
export interface ShownValues extends OptionValues {
  /** Absent where it is not known. */
  readonly preset?: string;
  /** Absent where the hidden layers are not all dense. */
  readonly hidden?: readonly number[];
}

/** The user's choices. */
export interface TrainSettings extends OptionValues {
  readonly data: DataName;
  /** Left out, the preset that fits the data. */
  readonly preset?: string;
  /** Units of the dense hidden layers of the encoder, from the image on; the decoder mirrors them. */
  readonly hidden?: readonly number[];
  /** All other options; the options above go over them. */
  readonly more?: MoreSettings;
}

/** A run's config as `config.json` has it. */
export interface PlannedConfig {
  readonly model: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

/** The outcome of settings: the values of all options, the config, and the layers. */
export interface Plan {
  /** A value is absent where it does not apply: β, where the loss has no KL term. */
  readonly settings: OptionValues & {
    readonly preset: string;
    /** Absent where the hidden layers are not all dense. */
    readonly hidden?: readonly number[];
  };
  /** The reason why the preset was chosen; absent where the user chose it. */
  readonly because?: string;
  readonly config: PlannedConfig;
  /** Examples that it trains on: the data's, without any kept for validation. */
  readonly trainedOn: number;
  /** Examples that it is validated by after every epoch, about. */
  readonly validatedOn: number;
  readonly summary: Summary;
}

export const firstSettings: TrainSettings = { data: 'mnist' };

/**
 * The page's own choice for MNIST, where no network is chosen: it draws sharp digits after some seconds. The
 * tutorial's network, which the command line takes, is chosen by its name.
 */
export const networkForDigits: OptionValues = {
  preset: 'mlp',
  latent: 16,
  hidden: [256],
  learningRate: 0.002,
  epochs: 5,
};
