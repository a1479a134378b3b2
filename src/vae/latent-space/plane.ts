import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import {
  checkPoints,
  type PrincipalComponents,
  principalComponents,
} from './principal-components.js';

type Vector = ArrayLike<number>;

/** A flat map of a latent space: the latents origin + x · right + y · up for the places (x, y). */
export interface LatentPlane {
  /** [latent] */
  readonly origin: Vector;
  /** A unit vector [latent]. */
  readonly right: Vector;
  /** A unit vector [latent] at right angles to `right`. */
  readonly up: Vector;
}

function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** @throws UserError when a vector is not of the plane's length */
function checkLength({ origin }: LatentPlane, length: number | undefined, what: string): void {
  if (length === origin.length) return;
  throw new UserError(
    `The plane is of ${origin.length} latents, but ${what} has ${length ?? 'none'}.`,
  );
}

function checkPair(pair: readonly [number, number], count: number, what: string): void {
  const [first, second] = pair;
  if (first === second || pair.some((i) => !Number.isInteger(i) || i < 0 || i >= count)) {
    throw new UserError(
      `A plane needs two different ${what} of 0 to ${count - 1}, not ${first} and ${second}.`,
    );
  }
}

/**
 * The plane of two latents, where all others are 0.
 * @param latent how many latents there are
 * @throws UserError when the pair is not two different latents
 */
export function axesPlane(latent: number, pair: readonly [number, number] = [0, 1]): LatentPlane {
  checkPair(pair, latent, 'latents');
  const unit = (axis: number) => Float64Array.from({ length: latent }, (_, i) => +(i === axis));
  return { origin: new Float64Array(latent), right: unit(pair[0]), up: unit(pair[1]) };
}

/**
 * The plane of two principal components through the mean of the points.
 * @throws UserError when the pair is not two different components
 */
export function principalPlane(
  { mean, directions }: PrincipalComponents,
  pair: readonly [number, number] = [0, 1],
): LatentPlane {
  checkPair(pair, directions.length, 'components');
  return { origin: mean, right: directions[pair[0]]!, up: directions[pair[1]]! };
}

/**
 * The place (x, y) of the plane that is nearest to a point.
 * @param z [latent]
 * @throws UserError when z is of another length
 */
export function placeOn(plane: LatentPlane, z: Vector): [x: number, y: number] {
  checkLength(plane, z.length, 'the point');
  const { origin, right, up } = plane;
  const offset = Float64Array.from(z, (value, i) => value - origin[i]!);
  return [dot(offset, right), dot(offset, up)];
}

/**
 * The place of each point.
 * @param points float32 [N, latent]
 * @returns x and y of each in turn: [N, 2]
 * @throws UserError when they are no such points
 */
export function placesOn(plane: LatentPlane, points: Tensor): Float32Array {
  checkPoints(points, 'Places');
  const [count = 0, width] = points.dims;
  checkLength(plane, width, 'each point');
  const values = points.data as Float32Array;
  const places = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    places.set(placeOn(plane, values.subarray(i * width!, (i + 1) * width!)), i * 2);
  }
  return places;
}

/**
 * The parallel plane that holds a point; each point has the same place on both.
 * @param z [latent]
 * @throws UserError when z is of another length
 */
export function planeThrough(plane: LatentPlane, z: Vector): LatentPlane {
  const { right, up } = plane;
  const [x, y] = placeOn(plane, z);
  return { ...plane, origin: Float64Array.from(z, (v, i) => v - x * right[i]! - y * up[i]!) };
}

/**
 * The latents of places.
 * @param places x and y of each in turn: [N, 2]
 * @returns float32 [N, latent], for `decode`
 * @throws UserError when the last place has no y
 */
export function latentsAt({ origin, right, up }: LatentPlane, places: Vector): Tensor {
  const width = origin.length;
  const count = places.length / 2;
  if (!Number.isInteger(count)) {
    throw new UserError(`Places are pairs of x and y, not ${places.length} numbers.`);
  }
  const values = new Float32Array(count * width);
  for (let i = 0; i < values.length; i++) {
    const [point, axis] = [Math.floor(i / width), i % width];
    const [x, y] = [places[2 * point]!, places[2 * point + 1]!];
    values[i] = origin[axis]! + x * right[axis]! + y * up[axis]!;
  }
  return new Tensor('float32', values, [count, width]);
}

/** An ellipse on a plane, in its units. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  /** Half of the longer diameter. */
  readonly major: number;
  /** Half of the shorter diameter. */
  readonly minor: number;
  /** The angle from `right` towards `up` to the longer diameter, in radians, over −π/2 to π/2. */
  readonly angle: number;
}

/**
 * The outline of a diagonal Gaussian on a plane: the ellipse of one standard deviation of its marginal
 * on the plane, whose covariance is [right, up]ᵀ diag(σ²) [right, up].
 * @param mean [latent]
 * @param logVariance [latent]; −Infinity gives a point
 * @throws UserError when one is of another length than the plane's
 */
export function posteriorEllipse(plane: LatentPlane, mean: Vector, logVariance: Vector): Ellipse {
  checkLength(plane, mean.length, 'the mean');
  checkLength(plane, logVariance.length, 'the log-variance');
  const { right, up } = plane;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < mean.length; i++) {
    const variance = Math.exp(logVariance[i]!);
    xx += variance * right[i]! ** 2;
    xy += variance * right[i]! * up[i]!;
    yy += variance * up[i]! ** 2;
  }
  // Eigenvalues of a symmetric 2 × 2 matrix: its mean diagonal, more or less half their distance.
  const middle = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const [x, y] = placeOn(plane, mean);
  return {
    x,
    y,
    major: Math.sqrt(middle + half),
    minor: Math.sqrt(Math.max(0, middle - half)),
    angle: Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** Points of a plane, x and y of each in turn. */
export interface PointsOnPlane {
  readonly points: Float32Array;
  /** The components that the plane is of; absent where the latents are the plane. */
  readonly components?: PrincipalComponents;
}

/** Latents on the plane in which they vary the most: as they are where there are two. @param means float32 [N, latent] */
export async function pointsOnWidestPlane(means: Tensor): Promise<PointsOnPlane> {
  if (means.dims[1] === 2) return { points: means.data as Float32Array };
  const components = await principalComponents(means);
  return { points: placesOn(principalPlane(components), means), components };
}
