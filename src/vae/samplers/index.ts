/*
 * Samplers draw latents, a file a kind; all.ts lists them. Each bottleneck has one as its prior; others
 * are fitted to the latents of a trained model. From here plain data becomes samplers.
 */
import { Registry } from '../../base/settings/registry.js';
import { validate } from '../../base/settings/validate.js';
import * as all from './all.js';
import type { Sampler, SamplerKind } from './sampler.js';

export * from './all.js';
export type { DrawSources, FitSources, Sampler, SamplerModel, Tensors } from './sampler.js';

const registry = new Registry<SamplerKind>('sampler', all);

/** The names that options and config files use. */
export const samplerNames = registry.names;

/** A sampler as plain data. */
export const samplerSchema = registry
  .schema()
  .meta({ id: 'sampler', description: 'The distribution that latents are drawn from.' });

/**
 * The sampler that plain data describes.
 * @param name where the data stands, for messages
 * @throws UserError when the type or an option is unknown or wrong
 */
export function samplerFromConfig(config: unknown, name: string): Sampler {
  const { type, ...options } = validate(samplerSchema, config, name);
  return registry.get(type, name).create(options);
}
