import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { type Dataset, fromArray } from '../../data/dataset.js';
import type { InputDescription } from '../../data/input.js';

/** A tensor's type and shape as messages tell them, or that there is none. */
function described(value: unknown): string {
  const { type, dims } = (value ?? {}) as Partial<Tensor>;
  return Array.isArray(dims) ? `${type} ${formatShape(dims)}` : 'no tensor';
}

/** Tells whether a value is a tensor of numbers [..., ...inner], with as many numbers as its shape says. */
function isOf(value: Tensor, inner: readonly number[]): boolean {
  const dims = (value as Tensor | undefined)?.dims;
  return dims?.length === inner.length + 1 && dims.slice(1).join() === inner.join();
}

/**
 * Checks examples that a function of a model is given.
 * @param input the model's; of rows of a table, values may be missing
 * @returns their type
 * @throws UserError when they are no tensor of the right shape and type, or not finite
 */
export function checkImages(
  images: Tensor,
  { shape: input, columns }: InputDescription,
): 'uint8' | 'float32' {
  if (!isOf(images, input)) {
    throw new UserError(
      `Images of ${described(images)} do not fit the model, which takes uint8 or float32 [N, ${input.join(', ')}].`,
    );
  }
  if (images.type === 'uint8') return 'uint8';
  if (images.type !== 'float32') {
    throw new UserError(
      `Images must be uint8, or float32 with images in [0, 1], not ${images.type}.`,
    );
  }
  if (images.size > 0)
    fromArray(images.data as Float32Array, input, {
      name: 'images',
      ...(columns ? { table: columns } : {}),
    });
  return 'float32';
}

/** @throws UserError when a tensor is not float32 of the shape [N, ...inner] */
export function checkLatents(z: Tensor, inner: readonly number[]): void {
  if (isOf(z, inner) && z.type === 'float32') return;
  throw new UserError(
    `Latents of ${described(z)} do not fit the model, which takes float32 [N, ${inner.join(', ')}].`,
  );
}

/**
 * Noise that a function of a model is given.
 * @param option its name
 * @param count how many images there are
 * @throws UserError when there is none, or when it is of another type or shape
 */
export function checkNoise(
  option: string,
  noise: Tensor | undefined,
  type: string,
  dims: readonly number[],
  count: number,
): Tensor {
  if (noise?.type === type && noise.dims.join() === dims.join()) return noise;
  throw new UserError(
    `${option} is ${noise ? described(noise) : 'missing'}, but ${count} images need ${type} ${formatShape(dims)}.`,
  );
}

/** @throws UserError when a dataset holds no examples, or examples of another shape */
export function checkData(data: Dataset, input: readonly number[]): void {
  const { name, shape, size } = data;
  if (shape.join() !== input.join()) {
    throw new UserError(
      `${name} has examples of shape ${formatShape(shape)}, but the model's input is ${formatShape(input)}. Make them agree.`,
    );
  }
  if (!(size > 0)) throw new UserError(`${name} holds no examples. Give data with some.`);
}

/** @throws UserError when a value is not a whole number from 1 */
export function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new UserError(`${name} must be a whole number from 1, not ${value}.`);
}
