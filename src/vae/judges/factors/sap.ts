import { type Factored, mean, trainAndTest } from './factored.js';

/** Options for measuring the attribute predictability. */
export interface SapOptions {
  /** Decides which examples the classifiers learn from; 0 when left out. */
  readonly seed?: number;
  /**
   * True where levels are numbers and a line is fitted to them; where false, they are classes. False when left
   * out, as in disentanglement_lib.
   */
  readonly continuous?: boolean;
}

/** The weight of errors beside the squares of weights, as in disentanglement_lib. */
const errorWeight = 0.01;

/** Two classes, by +1 and −1, of numbers with the weight of each one's error. */
interface Sides {
  readonly x: Float32Array;
  readonly side: Int8Array;
  readonly costs: Float64Array;
}

/** The loss of a line w x + b, its gradient, and its second derivatives. */
function lossOf({ x, side, costs }: Sides, w: number, b: number) {
  let loss = (w * w + b * b) / 2;
  let [dw, db, dww, dwb, dbb] = [w, b, 1, 0, 1];
  for (let i = 0; i < x.length; i++) {
    const short = 1 - side[i]! * (w * x[i]! + b);
    if (short <= 0) continue;
    const cost = costs[i]!;
    loss += cost * short * short;
    dw -= 2 * cost * side[i]! * short * x[i]!;
    db -= 2 * cost * side[i]! * short;
    dww += 2 * cost * x[i]! * x[i]!;
    dwb += 2 * cost * x[i]!;
    dbb += 2 * cost;
  }
  return { loss, dw, db, dww, dwb, dbb };
}

/**
 * The line of a support vector machine of one number: squared hinge loss, squares of weight and bias (Fan et al.
 * 2008, LIBLINEAR, eq. 3, https://www.jmlr.org/papers/v9/fan08a.html). Newton's method ends in few rounds, as
 * the loss is made of pieces that are squares.
 */
function separate(sides: Sides): readonly [w: number, b: number] {
  let [w, b] = [0, 0];
  let now = lossOf(sides, w, b);
  for (let round = 0; round < 50; round++) {
    const { dw, db, dww, dwb, dbb } = now;
    if (Math.abs(dw) + Math.abs(db) < 1e-10) break;
    const determinant = dww * dbb - dwb * dwb;
    const stepW = (dbb * dw - dwb * db) / determinant;
    const stepB = (dww * db - dwb * dw) / determinant;
    let share = 1;
    let next = lossOf(sides, w - stepW, b - stepB);
    while (next.loss > now.loss && share > 1e-10) {
      share /= 2;
      next = lossOf(sides, w - share * stepW, b - share * stepB);
    }
    [w, b] = [w - share * stepW, b - share * stepB];
    now = next;
  }
  return [w, b];
}

/** The share of tested examples whose level is told by a line for each level, errors of rare levels weighing more. */
function accuracy(
  train: { readonly x: Float32Array; readonly level: Int32Array },
  test: { readonly x: Float32Array; readonly level: Int32Array },
): number {
  const kinds = [...new Set(train.level)].sort((a, b) => a - b);
  const counts = new Map(kinds.map((kind) => [kind, 0]));
  for (const level of train.level) counts.set(level, counts.get(level)! + 1);
  const balance = (kind: number) =>
    (errorWeight * train.level.length) / (kinds.length * counts.get(kind)!);
  const against = (kind: number, others: number) => {
    const own = balance(kind);
    return separate({
      x: train.x,
      side: Int8Array.from(train.level, (level) => (level === kind ? 1 : -1)),
      costs: Float64Array.from(train.level, (level) => (level === kind ? own : others)),
    });
  };
  // The way of LIBLINEAR: with two classes, one line, which weighs both.
  const lines =
    kinds.length === 2
      ? [against(kinds[0]!, balance(kinds[1]!)), [0, 0] as const]
      : kinds.map((kind) => against(kind, errorWeight));
  let right = 0;
  test.x.forEach((x, i) => {
    const scores = lines.map(([w, b]) => w * x + b);
    if (kinds[scores.indexOf(Math.max(...scores))] === test.level[i]) right += 1;
  });
  return right / test.x.length;
}

/** The squared correlation of numbers and levels. */
function determination(x: Float32Array, level: Int32Array): number {
  const [a, b] = [mean(x), mean(level)];
  let [both, own, other] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    both += (x[i]! - a) * (level[i]! - b);
    own += (x[i]! - a) ** 2;
    other += (level[i]! - b) ** 2;
  }
  return own / (x.length - 1) > 1e-12 ? both ** 2 / (own * other) : 0;
}

/** The mean gap of scores that latents learnt on some examples, tested on others. */
export function sapOf(train: Factored, test: Factored, continuous: boolean): number {
  const gaps = train.levels.map((level, k) => {
    const scores = train.codes.map((x, j) =>
      continuous
        ? determination(x, level)
        : accuracy({ x, level }, { x: test.codes[j]!, level: test.levels[k]! }),
    );
    const [best = 0, second = 0] = scores.sort((a, b) => b - a);
    return best - second;
  });
  return mean(gaps);
}

/**
 * The separated attribute predictability (Kumar et al. 2018, §3.1, https://arxiv.org/abs/1711.00848): for each
 * factor, how much better the best latent alone tells its levels than the second best; the mean over
 * factors. By a linear support vector machine, as disentanglement_lib takes it, or by a line.
 */
export function sapScore(factored: Factored, options: SapOptions = {}): number {
  const { seed = 0, continuous = false } = options;
  const { train, test } = trainAndTest(factored, seed);
  return sapOf(train, test, continuous);
}
