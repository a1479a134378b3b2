import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';

/**
 * Way in which a path goes from one latent to another. `linear`: straight. `spherical`: along the
 * arc between their directions (White 2016, https://arxiv.org/abs/1609.04468), so that it does not
 * cut through the middle, where the prior of many latents has almost no points.
 */
export type PathKind = 'linear' | 'spherical';

/** The sine of the angle under which there is no arc to tell from a line. */
const flat = 1e-6;

/** The shares of start and end at `t`. */
function shares(angle: number, t: number): [start: number, end: number] {
  const sine = Math.sin(angle);
  if (!(Math.abs(sine) > flat)) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}

/** The angle between two directions in radians; NaN where one has none. */
function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    lengthA += a[i]! ** 2;
    lengthB += b[i]! ** 2;
  }
  return Math.acos(Math.min(1, Math.max(-1, product / Math.sqrt(lengthA * lengthB))));
}

/**
 * Latents on the way from one to another, both among them. A spherical path between latents of one
 * direction, of opposite ones, or from 0, is a line.
 * @param from [latent]
 * @param to [latent]
 * @param count how many latents, from 2
 * @returns float32 [count, latent], for `decode`
 * @throws UserError when the two are not as long, or when count is not a whole number from 2
 */
export function latentPath(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  count: number,
  kind: PathKind = 'linear',
): Tensor {
  if (from.length !== to.length) {
    throw new UserError(
      `A path goes between latents of one length, not of ${from.length} and ${to.length}.`,
    );
  }
  if (!Number.isInteger(count) || count < 2) {
    throw new UserError(`A path has a whole number of latents from 2, not ${count}.`);
  }
  const width = from.length;
  const values = new Float32Array(count * width);
  const angle = kind === 'spherical' ? angleBetween(from, to) : 0;
  for (let step = 0; step < count; step++) {
    const [start, end] = shares(angle, step / (count - 1));
    for (let i = 0; i < width; i++) values[step * width + i] = start * from[i]! + end * to[i]!;
  }
  return new Tensor('float32', values, [count, width]);
}
