import type { VAE } from '../../../src/index.js';

/** A model, and the options of its training by its config. */
export interface OpenModel {
  readonly vae: VAE;
  /** The model's own prior; undefined where it has none. */
  readonly prior: VAE['sampler'];
  readonly training: Readonly<Record<string, unknown>>;
}
