import { UserError } from '../data/errors.js';
import { advice } from '../data/suggest.js';

/** A run as plain data: what `config.json` holds. */
export interface RunConfig {
  readonly model: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
}

type Preset = (input: readonly number[], latent: number) => RunConfig;

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const ending = (input: readonly number[]) => [
  { type: 'dense', units: size(input) },
  { type: 'reshape', shape: input },
];

const dense: Preset = (input, latent) => ({
  model: {
    input,
    latent,
    encoder: [{ type: 'dense', units: 2, activation: 'relu' }],
    decoder: ending(input),
    kl: { weight: 0.5, reduction: 'mean' },
  },
  training: { epochs: 30, batchSize: 32 },
});

const mlp: Preset = (input, latent) => ({
  model: {
    input,
    latent,
    encoder: [{ type: 'dense', units: 512, activation: 'relu' }],
    decoder: [{ type: 'dense', units: 512, activation: 'relu' }, ...ending(input)],
    kl: { weight: 0.5, reduction: 'sum' },
  },
  training: { epochs: 30, batchSize: 128 },
});

const presets = { dense, mlp };

/** The settings of a preset for images of a shape. @throws UserError for an unknown name */
export function preset(name: string, input: readonly number[], latent = 2): RunConfig {
  if (!Object.hasOwn(presets, name)) {
    throw new UserError(`Unknown preset '${name}'. ${advice(name, Object.keys(presets))}`);
  }
  return presets[name as keyof typeof presets](input, latent);
}
