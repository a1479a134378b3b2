import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { entropy, mutualInformation } from './factors/information.js';
import { comparable, type Features, rowAt } from './features.js';

/** @throws UserError when codes and labels are not of the same examples */
function labelled(codes: Tensor, labels: ArrayLike<number>): readonly [Features, Int32Array] {
  const [rows] = comparable([codes, codes], 2);
  if (labels.length === rows.count) return [rows, Int32Array.from(labels)];
  throw new UserError(
    `There are codes of ${rows.count} examples and ${labels.length} labels. Give one label for each.`,
  );
}

/** The places of the k rows that are nearest to row `i`, without `i` itself. */
function nearestTo(rows: Features, i: number, k: number): Int32Array {
  const places = new Int32Array(k).fill(-1);
  const distances = new Float64Array(k).fill(Infinity);
  const own = rowAt(rows, i);
  for (let j = 0; j < rows.count; j++) {
    if (j === i) continue;
    const other = rowAt(rows, j);
    let distance = 0;
    for (let l = 0; l < own.length; l++) distance += (own[l]! - other[l]!) ** 2;
    if (distance >= distances[k - 1]!) continue;
    let place = k - 1;
    for (; place > 0 && distances[place - 1]! > distance; place--) {
      distances[place] = distances[place - 1]!;
      places[place] = places[place - 1]!;
    }
    distances[place] = distance;
    places[place] = j;
  }
  return places;
}

/**
 * 1 for each example of the class that most of its k nearest neighbours have, by their codes, and 0 for others: [N].
 * The smallest class has it where several are as many. Their mean is the accuracy of a classifier by
 * neighbours, each example left out in turn. The time grows with the square of the number of examples.
 * @param codes float32 [N, latents]
 * @param labels class of each example
 * @param k 5 when left out
 * @throws UserError when there are no more than k examples, or labels and codes differ in number
 */
export function toldByNeighbours(codes: Tensor, labels: ArrayLike<number>, k = 5): Uint8Array {
  const [rows, classes] = labelled(codes, labels);
  if (rows.count <= k) {
    throw new UserError(
      `There are ${rows.count} examples, which have no ${k} neighbours. Give more, or a smaller k.`,
    );
  }
  return Uint8Array.from({ length: rows.count }, (_, i) => {
    const votes = new Map<number, number>();
    for (const place of nearestTo(rows, i, k)) {
      votes.set(classes[place]!, (votes.get(classes[place]!) ?? 0) + 1);
    }
    const [[best] = []] = [...votes].sort(([a, m], [b, n]) => n - m || a - b);
    return best === classes[i] ? 1 : 0;
  });
}

/** Agreement of two ways of grouping examples. */
export interface Agreement {
  /**
   * The adjusted Rand index (Hubert and Arabie 1985, https://doi.org/10.1007/BF01908075): 1 where both are the
   * same, 0 on average where they have nothing to do with each other.
   */
  readonly adjustedRand: number;
  /** Mutual information over the mean of both entropies (Strehl and Ghosh 2002), from 0 to 1. */
  readonly normalizedInformation: number;
}

const pairs = (count: number) => (count * (count - 1)) / 2;

function pairsWithin(values: Int32Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + pairs(count), 0);
}

/** Measures how two groupings of the same examples agree. @param a, b the group of each example, from 0 */
export function agreement(a: Int32Array, b: Int32Array): Agreement {
  const wide = b.reduce((most, value) => Math.max(most, value), 0) + 1;
  const both = pairsWithin(a.map((value, i) => value * wide + b[i]!));
  const [inA, inB, all] = [pairsWithin(a), pairsWithin(b), pairs(a.length)];
  const expected = (inA * inB) / all;
  const most = (inA + inB) / 2;
  const middle = (entropy(a) + entropy(b)) / 2;
  return {
    adjustedRand: most === expected ? 1 : (both - expected) / (most - expected),
    normalizedInformation: middle === 0 ? 1 : Math.max(0, mutualInformation(a, b)) / middle,
  };
}

/** Starts of k-means, of which the best is kept, as in scikit-learn. */
const starts = 10;

/**
 * Groups codes by k-means, begun by k-means++ ten times; the grouping whose examples are nearest to their
 * centres is kept.
 * @param codes float32 [N, latents]
 * @param groups how many
 * @param seed decides the starts
 * @returns the group of each example, [N]
 * @throws UserError when there are fewer examples than groups
 */
export async function clusters(codes: Tensor, groups: number, seed = 0): Promise<Int32Array> {
  const [rows] = comparable([codes, codes], groups);
  const { kmeans } = await import('ml-kmeans');
  const points = Array.from({ length: rows.count }, (_, i) => Array.from(rowAt(rows, i)));
  const found = Array.from({ length: starts }, (_, start) =>
    kmeans(points, groups, { initialization: 'kmeans++', seed: seed * starts + start }),
  ).map(({ clusters: own, centroids }) => ({
    own,
    spread: own.reduce(
      (sum, group, i) =>
        sum + points[i]!.reduce((far, x, j) => far + (x - centroids[group]![j]!) ** 2, 0),
      0,
    ),
  }));
  const best = found.reduce((a, b) => (b.spread < a.spread ? b : a));
  return Int32Array.from(best.own);
}
