import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { quote } from '../base/excerpt.js';
import { advice } from '../base/suggest.js';
import { spread } from '../data/changes/spread.js';
import { isLearnt } from '../data/column.js';
import { type Dataset, readRange } from '../data/dataset.js';
import type { LatentOptions } from '../report/pictures/latent.js';
import type { VAE } from '../vae/index.js';
import { pointsOnWidestPlane } from '../vae/latent-space/index.js';

/** Points of a map, at most. */
const mostPoints = 10_000;

/** Latents as points of a plane, [N, 2], and the names of its axes. */
interface Plane {
  readonly points: Float32Array;
  readonly axes: readonly [string, string];
}

/** Points on the plane in which they vary the most. */
async function planeOf(means: Tensor): Promise<Plane> {
  const { points, components } = await pointsOnWidestPlane(means);
  if (!components) return { points, axes: ['z₁', 'z₂'] };
  const { variances } = components;
  const total = variances.reduce((sum, each) => sum + each, 0) || 1;
  const name = (axis: number) =>
    `widest direction ${axis + 1} (${Math.round((100 * variances[axis]!) / total)} % of the variance)`;
  return { points, axes: [name(0), name(1)] };
}

/** The colours of points: classes, or numbers. */
interface Colours extends Pick<LatentOptions, 'numbers'> {
  readonly labels?: ArrayLike<number> | undefined;
  readonly classNames?: readonly string[] | undefined;
}

/** Colours by a column. @throws UserError when the data has no such column */
async function coloursBy(data: Dataset, name: string): Promise<Colours> {
  const columns = (data.table ?? []).filter(isLearnt);
  const place = columns.findIndex((column) => column.name === name);
  if (place < 0) {
    const names = columns.map((column) => column.name);
    const why = names.length > 0 ? advice(name, names) : 'The data is no table.';
    throw new UserError(`--colour: there is no column ${quote(name)} that is learnt. ${why}`);
  }
  const { data: rows } = await readRange(data, 0, data.size);
  const values = Float32Array.from({ length: data.size }, (_, row) => {
    return (rows as Float32Array)[row * columns.length + place]!;
  });
  const { categories, rare } = columns[place]!;
  if (!categories) return { numbers: { name, values } };
  const missing = categories.length + 1;
  const classNames = [...categories, ...(rare ? ['other'] : ['']), 'missing'];
  return { labels: values.map((value) => (Number.isNaN(value) ? missing : value)), classNames };
}

/** Latents as a PNG file, coloured by a column or by the labels. */
export async function latentMap(
  vae: VAE,
  data: Dataset,
  column: string | undefined,
): Promise<Uint8Array> {
  if (!vae.hasPoints) {
    const latents = vae.hasCodes ? 'A codebook has codes' : 'Latents with positions have no points';
    throw new UserError(`${latents} and no map. Leave --map and --colour out.`);
  }
  const shown = spread(data, mostPoints);
  const { labels, classNames } = shown;
  const colours = column === undefined ? { labels, classNames } : await coloursBy(shown, column);
  const { points, axes } = await planeOf((await vae.encode(shown)).mean);
  const { latentPicture } = await import('../report/index.js');
  const options = { axes, numbers: 'numbers' in colours ? colours.numbers : undefined };
  return latentPicture(points, colours.labels, colours.classNames, options);
}
