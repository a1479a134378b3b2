import type { Dataset } from '../../data/dataset.js';
import type { ReadOptions } from '../../data/read-options.js';
import type { EpochMetrics } from '../../training/index.js';
import type { ConfigData } from '../../vae/config/run-config.js';
import type { VAE } from '../../vae/index.js';
import type { FeatureModel } from '../../vae/judges/index.js';

/** A published figure. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly expected: number;
  /** Largest distance from it that a measured figure may have. */
  readonly tolerance: number;
  /** `most` where a smaller figure is met too, `least` where a larger one is. */
  readonly bound?: 'most' | 'least';
}

/** The length of a training. */
export interface Length {
  readonly epochs: number;
  /** Their share of the published number of epochs. */
  readonly share: number;
}

/** A model that was trained. */
export interface Trained {
  /** Its name in the entry. */
  readonly model: string;
  readonly seed: number;
  readonly vae: VAE;
  readonly metrics: readonly EpochMetrics[];
  /** All of the training data. */
  readonly train: Dataset;
  /** The data that was kept from training, as black and white where the model was trained on that. */
  readonly test?: Dataset;
}

/** A figure as it was measured here. */
export interface Measured {
  readonly value: number;
  /** The standard deviation over seeds. */
  readonly deviation?: number;
}

/**
 * Way in which training and test data become black and white: `fixed`, drawn once by the seed; `random`,
 * training data anew at every step and test data once; or `none`, grays as probabilities. Figures of
 * different kinds cannot be compared.
 */
export type Binarization = 'fixed' | 'random' | 'none';

/** A published result, and the settings that reproduce it. */
export interface Entry {
  readonly name: string;
  /** The place where it was published. */
  readonly paper: string;
  readonly url: string;
  /** The setting in a line. */
  readonly setting: string;
  /** Differences between the setting and the published one. */
  readonly differences?: readonly string[];
  readonly binarization: Binarization;
  /** Minutes on two cores, with measuring. */
  readonly minutes: number;
  readonly epochs: number;
  /** The data in the words of `vaekit train --data`. */
  readonly data: string;
  readonly reading?: ReadOptions;
  /** True where the test data is seen at each epoch's end. */
  readonly validates?: boolean;
  /** The config of each model by its name; a single model has the entry's own name. */
  readonly models: Readonly<Record<string, (length: Length) => ConfigData>>;
  readonly seeds: readonly number[];
  readonly figures: readonly Figure[];
  /** The model by whose features examples are compared, where the user has to give one. */
  readonly features?: string;
  /** Measures trained models, one of each name and seed. @returns figures by their names */
  measure(
    trained: readonly Trained[],
    features?: FeatureModel,
  ): Promise<Readonly<Record<string, Measured>>>;
}
