import type { VAE } from '../../../src/index.js';

/** A model, and the options of its training by its config. */
export interface OpenModel {
  readonly vae: VAE;
  readonly training: Readonly<Record<string, unknown>>;
}
