import { UserError } from '../../base/errors.js';
import { elementCount } from '../../base/shape.js';

/* Layers that presets are made of, as plain data. */

type LayerConfig = Readonly<Record<string, unknown>>;

export const elbo = { weight: 0.5, reduction: 'sum' };

export const dense = (units: number, activation = 'linear'): LayerConfig => ({
  type: 'dense',
  units,
  activation,
});

/** Two halvings have to give whole numbers, so that two doublings give the input's size again. */
export function quarterSize(input: readonly number[], name: string): [number, number] {
  const [, height, width] = input;
  if (input.length !== 3 || height! % 4 !== 0 || width! % 4 !== 0) {
    throw new UserError(
      `The preset ${name} takes images whose height and width are multiples of 4, not [${input.join(', ')}]. Use --resize, or the preset mlp.`,
    );
  }
  return [height! / 4, width! / 4];
}

export const denseEnding = (output: readonly number[]): LayerConfig[] => [
  dense(elementCount(output)),
  { type: 'reshape', shape: output },
];

export const same = { padding: 'same' };
export const halve = (filters: number, activation = 'relu'): LayerConfig => ({
  type: 'conv2d',
  filters,
  stride: 2,
  activation,
  ...same,
});
export const double = (filters: number, activation = 'relu'): LayerConfig => ({
  ...halve(filters, activation),
  type: 'convTranspose2d',
});

/** Pre-activation residual block (He et al. 2016, "Identity mappings", figure 4e). */
export const block = (filters: number): LayerConfig => ({
  type: 'residual',
  layers: [1, 2].flatMap(() => [
    { type: 'groupNorm', groups: 8 },
    { type: 'activation', name: 'silu' },
    { type: 'conv2d', filters, ...same },
  ]),
});
