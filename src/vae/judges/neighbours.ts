import type { Tensor } from 'onnxruntime-common';
import { comparable, type Features, rowAt } from './features.js';

/** Measures how well made examples lie where real ones do, and the other way round. */
export interface Neighbours {
  /** The share of made examples that lie among real ones (Kynkäänniemi et al. 2019, eq. 2). */
  readonly precision: number;
  /** The share of real examples that lie among made ones (eq. 3). */
  readonly recall: number;
  /**
   * Number of real examples that have a made one among their neighbours, over k, the mean over made ones
   * (Naeem et al. 2020, eq. 4); it may be over 1, and one odd real example counts little.
   */
  readonly density: number;
  /** The share of real examples that have a made one among their neighbours (eq. 5). */
  readonly coverage: number;
}

/** The squared distance of two rows. */
function apart(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j]! - y[j]!) ** 2;
  return sum;
}

/** Finds for each row the squared distance of its k-th neighbour in the same set. */
function radiiOf(set: Features, k: number): Float64Array {
  const nearest = Array.from({ length: set.count }, () => new Float64Array(k).fill(Infinity));
  const see = (row: Float64Array, distance: number) => {
    if (distance >= row[k - 1]!) return;
    let place = k - 1;
    for (; place > 0 && row[place - 1]! > distance; place--) row[place] = row[place - 1]!;
    row[place] = distance;
  };
  for (let i = 0; i < set.count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = apart(rowAt(set, i), rowAt(set, j));
      see(nearest[i]!, distance);
      see(nearest[j]!, distance);
    }
  }
  return Float64Array.from(nearest, (row) => row[k - 1]!);
}

/**
 * Precision and recall (Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991), density and coverage
 * (Naeem et al. 2020, https://arxiv.org/abs/2002.09797) of made examples: by balls around examples that
 * reach to their k-th neighbour. The time grows with the square of the number of examples.
 * @param real float32 [N, features]
 * @param made float32 [M, features]
 * @param k neighbours that a ball reaches to; 5 when left out
 * @throws UserError when there are no more than k examples, or features differ in number
 */
export function neighbours(real: Tensor, made: Tensor, k = 5): Neighbours {
  const [a, b] = comparable([real, made], k + 1);
  const [reach, madeReach] = [radiiOf(a, k), radiiOf(b, k)];
  const inReal = new Int32Array(b.count);
  const inMade = new Int32Array(a.count);
  const covered = new Int32Array(a.count);
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      const distance = apart(rowAt(a, i), rowAt(b, j));
      if (distance < reach[i]!) {
        inReal[j]! += 1;
        covered[i] = 1;
      }
      if (distance < madeReach[j]!) inMade[i] = 1;
    }
  }
  const share = (counts: Int32Array) => counts.filter((count) => count > 0).length / counts.length;
  return {
    precision: share(inReal),
    recall: share(inMade),
    density: inReal.reduce((sum, count) => sum + count, 0) / (k * b.count),
    coverage: share(covered),
  };
}
