import type { Matrix } from 'ml-matrix';

/** Rows of numbers, and the class of each. */
export interface Classified {
  /** Row-major: [N, width]. */
  readonly rows: Float64Array;
  readonly width: number;
  /** Classes of the rows by number, from 0: [N]. */
  readonly classes: Int32Array;
}

/** Weights of each class, and its bias at the end: [classes][width + 1]. */
type Weights = Float64Array;

/** Loads the library of matrices, which programs that judge nothing do without. */
const loadMatrices = () => import('ml-matrix');

/** Rows with a 1 at the end, which biases belong to. */
function withOnes(rows: Float64Array, width: number): Float64Array {
  const depth = width + 1;
  return Float64Array.from({ length: (rows.length / width) * depth }, (_, place) => {
    const [i, j] = [Math.floor(place / depth), place % depth];
    return j === width ? 1 : rows[i * width + j]!;
  });
}

/** A softmax regression that is being trained. */
class Regression {
  readonly depth: number;
  private readonly rows: Float64Array;

  constructor(
    private readonly data: Classified,
    readonly kinds: number,
  ) {
    this.depth = data.width + 1;
    this.rows = withOnes(data.rows, data.width);
  }

  /** Writes the scores of row `i` by class. */
  scores(weights: Weights, i: number, into: Float64Array): void {
    const { depth, rows } = this;
    for (let k = 0; k < this.kinds; k++) {
      let sum = 0;
      for (let j = 0; j < depth; j++) sum += weights[k * depth + j]! * rows[i * depth + j]!;
      into[k] = sum;
    }
  }

  /** Changes scores to probabilities. @returns log Σ exp of the scores */
  private normalize(scores: Float64Array): number {
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let k = 0; k < this.kinds; k++) sum += Math.exp(scores[k]! - most);
    const log = most + Math.log(sum);
    for (let k = 0; k < this.kinds; k++) scores[k] = Math.exp(scores[k]! - log);
    return log;
  }

  /** The sum of cross entropies in nats, and half of the squares of all weights but the biases. */
  loss(weights: Weights): number {
    const scores = new Float64Array(this.kinds);
    let sum = 0;
    for (let i = 0; i < this.data.classes.length; i++) {
      this.scores(weights, i, scores);
      const own = scores[this.data.classes[i]!]!;
      sum += this.normalize(scores) - own;
    }
    weights.forEach((weight, place) => {
      if (!this.isBias(place)) sum += weight ** 2 / 2;
    });
    return sum;
  }

  private isBias(place: number): boolean {
    return place % this.depth === this.depth - 1;
  }

  /** The gradient of the loss, and its second derivatives, row-major. */
  derivatives(weights: Weights): { gradient: Float64Array; curvature: Float64Array } {
    const { depth, kinds, rows } = this;
    const size = kinds * depth;
    const gradient = new Float64Array(size);
    const curvature = new Float64Array(size * size);
    const shares = new Float64Array(kinds);
    for (let i = 0; i < this.data.classes.length; i++) {
      this.scores(weights, i, shares);
      this.normalize(shares);
      const row = rows.subarray(i * depth, (i + 1) * depth);
      for (let k = 0; k < kinds; k++) {
        const error = shares[k]! - (this.data.classes[i] === k ? 1 : 0);
        for (let j = 0; j < depth; j++) gradient[k * depth + j]! += error * row[j]!;
        for (let l = 0; l <= k; l++) {
          const factor = shares[k]! * ((k === l ? 1 : 0) - shares[l]!);
          addProducts(curvature, size, k * depth * size + l * depth, row, factor);
        }
      }
    }
    for (let place = 0; place < size; place++) {
      if (!this.isBias(place)) gradient[place]! += weights[place]!;
      // The same number may be added to all classes' biases: a tiny penalty chooses it.
      curvature[place * size + place]! += this.isBias(place) ? 1e-8 : 1;
      for (let other = 0; other < place; other++) {
        curvature[other * size + place] = curvature[place * size + other]!;
      }
    }
    return { gradient, curvature };
  }
}

/** Adds the products of a row with itself to a block of a matrix that begins at a place. */
function addProducts(
  matrix: Float64Array,
  size: number,
  start: number,
  row: Float64Array,
  factor: number,
): void {
  const { length } = row;
  for (let j = 0; j < length; j++) {
    const value = factor * row[j]!;
    const at = start + j * size;
    for (let m = 0; m < length; m++) matrix[at + m]! += value * row[m]!;
  }
}

/** A step against the gradient that lessens the loss; undefined where there is none. */
function improved(
  regression: Regression,
  weights: Weights,
  step: Matrix,
): { readonly weights: Weights; readonly loss: number } | undefined {
  const before = regression.loss(weights);
  for (let share = 1; share > 1e-8; share /= 2) {
    const next = weights.map((weight, place) => weight - share * step.get(place, 0));
    const loss = regression.loss(next);
    if (loss < before) return { weights: next, loss };
  }
  return undefined;
}

/**
 * Multinomial logistic regression with half of the squares of the weights as a penalty, as scikit-learn's
 * `LogisticRegression` has it by default, trained by Newton's method.
 * @returns the class of each of other rows, [M]
 */
export async function classifyByRegression(
  train: Classified,
  rows: Float64Array,
): Promise<Int32Array> {
  const { Matrix, CholeskyDecomposition } = await loadMatrices();
  const kinds = train.classes.reduce((most, kind) => Math.max(most, kind), 0) + 1;
  const regression = new Regression(train, kinds);
  let weights: Weights = new Float64Array(kinds * regression.depth);
  for (let round = 0; round < 100; round++) {
    const { gradient, curvature } = regression.derivatives(weights);
    if (gradient.every((value) => Math.abs(value) < 1e-7)) break;
    const square = Matrix.from1DArray(weights.length, weights.length, curvature);
    const step = new CholeskyDecomposition(square).solve(Matrix.columnVector(gradient));
    const next = improved(regression, weights, step);
    if (!next) break;
    weights = next.weights;
  }
  const tested = new Regression({ ...train, rows }, kinds);
  const scores = new Float64Array(kinds);
  return Int32Array.from({ length: rows.length / train.width }, (_, i) => {
    tested.scores(weights, i, scores);
    return scores.indexOf(Math.max(...scores));
  });
}
