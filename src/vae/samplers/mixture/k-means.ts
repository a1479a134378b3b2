import { fillUniform, type RandomStream } from '../../../base/random.js';
import type { LatentRows } from '../latent-rows.js';

/** Rows in groups about centres. */
export interface Groups {
  /** The group of each row. */
  readonly groupOf: Int32Array;
  /** The mean of each group, [groups, width]. */
  readonly centres: Float64Array;
}

/** Squared distance of a row from a centre. */
function distance({ rows, width }: LatentRows, row: number, centres: Float64Array, group: number) {
  let total = 0;
  for (let i = 0; i < width; i++) {
    const difference = rows[row * width + i]! - centres[group * width + i]!;
    total += difference * difference;
  }
  return total;
}

/**
 * First centres: rows, each drawn with a chance that is proportional to its squared distance from the
 * nearest one before (k-means++: Arthur and Vassilvitskii 2007, §2.2).
 */
function firstCentres(latents: LatentRows, count: number, stream: RandomStream): Float64Array {
  const { rows, width } = latents;
  const uniform = new Float32Array(count);
  fillUniform(stream, uniform);
  const centres = new Float64Array(count * width);
  const nearest = new Float64Array(latents.count).fill(1);
  for (let group = 0; group < count; group++) {
    const total = nearest.reduce((sum, each) => sum + each, 0);
    let left = uniform[group]! * total;
    let chosen = nearest.findIndex((each) => {
      left -= each;
      return left < 0;
    });
    // Rounding may leave a rest; and where no row is apart from the centres, any one is as good.
    if (chosen < 0) chosen = Math.floor(uniform[group]! * latents.count);
    centres.set(rows.subarray(chosen * width, (chosen + 1) * width), group * width);
    nearest.forEach((before, row) => {
      const own = distance(latents, row, centres, group);
      nearest[row] = group === 0 ? own : Math.min(before, own);
    });
  }
  return centres;
}

/** The nearest centre of each row; says whether any row has changed its group. */
function assign(latents: LatentRows, centres: Float64Array, groupOf: Int32Array): boolean {
  const count = centres.length / latents.width;
  let hasChanged = false;
  groupOf.forEach((before, row) => {
    let [nearest, least] = [0, Infinity];
    for (let group = 0; group < count; group++) {
      const own = distance(latents, row, centres, group);
      if (own < least) [nearest, least] = [group, own];
    }
    if (nearest === before) return;
    groupOf[row] = nearest;
    hasChanged = true;
  });
  return hasChanged;
}

/** The means of groups; a group without rows keeps its centre. */
function centresOf({ rows, width }: LatentRows, { groupOf, centres }: Groups): Float64Array {
  const sums = new Float64Array(centres.length);
  const sizes = new Float64Array(centres.length / width);
  groupOf.forEach((group, row) => {
    sizes[group]! += 1;
    for (let i = 0; i < width; i++) sums[group * width + i]! += rows[row * width + i]!;
  });
  return sums.map((sum, at) => {
    const size = sizes[Math.floor(at / width)]!;
    return size > 0 ? sum / size : centres[at]!;
  });
}

/**
 * Groups of rows by k-means (Lloyd 1982) from k-means++ centres.
 * @param iterations most of Lloyd's iterations
 * @param stream decides the first centres
 */
export function kMeans(
  latents: LatentRows,
  count: number,
  iterations: number,
  stream: RandomStream,
): Groups {
  let centres = firstCentres(latents, count, stream);
  const groupOf = new Int32Array(latents.count).fill(-1);
  for (let i = 0; i < iterations && assign(latents, centres, groupOf); i++) {
    centres = centresOf(latents, { groupOf, centres });
  }
  return { groupOf, centres };
}
