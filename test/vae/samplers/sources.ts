import { Tensor } from '../../../src/index.js';
import type { FitSources } from '../../../src/vae/samplers/index.js';

/** A model that a sampler of latents alone does not look at. */
export const fitSources = (): FitSources => ({
  parameters: {},
  latentShape: [],
  seed: 1,
  logVariance: new Tensor('float32', [], [0]),
  encode: () => Promise.reject(new Error('There is no encoder.')),
  encodePseudoInputs: () => Promise.reject(new Error('There is no encoder.')),
  decode: () => Promise.reject(new Error('There is no decoder.')),
});
