import { fillUniform, randomStream } from '../../base/random.js';

/** A column that a forest looks at: whole numbers from 0 to under `levels`. */
export interface Feature {
  readonly codes: Uint16Array;
  readonly levels: number;
  /** True where the numbers have an order; without one, a split parts one number from the others. */
  readonly ordered: boolean;
}

/** Values that a forest learns to tell: places of classes, or numbers. */
export interface Target {
  readonly values: Float32Array;
  /** Number of classes that the values are places of; 0 where they are numbers. */
  readonly classes: number;
}

/** A leaf of a tree: shares of classes, or a mean. */
interface Leaf {
  readonly values: Float64Array;
}

/** An inner node of a tree: rows of its level or below (without an order, of its level) go to `yes`. */
interface Branch {
  readonly feature: number;
  readonly level: number;
  readonly ordered: boolean;
  readonly yes: Node;
  readonly no: Node;
}

type Node = Leaf | Branch;

/** A trained forest. */
export interface Forest {
  /**
   * Predicts for each row the shares of the classes, or one number.
   * @param features the features of training, of other rows
   * @returns shape [N, classes or 1]
   */
  predict(features: readonly Feature[]): Float64Array;
  /**
   * Amount by which each feature's splits purify, as shares of a tree's whole, the mean over trees (Breiman
   * 2001, as scikit-learn counts it); 0 where no tree has a split.
   */
  readonly importances: Float64Array;
}

const trees = 40;
const deepest = 12;
const leastRows = 4;

/** Random numbers of one tree, one after another. */
function numbersOf(seed: number, tree: number): () => number {
  const buffer = new Float32Array(4096);
  let [used, block] = [buffer.length, 0];
  return () => {
    if (used === buffer.length) {
      fillUniform(randomStream(seed, `tree ${tree}`, block++), buffer);
      used = 0;
    }
    return buffer[used++]!;
  };
}

interface Growth {
  readonly features: readonly Feature[];
  readonly target: Target;
  /** Values of a sum: one for each class, or one. */
  readonly width: number;
  /** Number of features that a split chooses from. */
  readonly chosen: number;
  readonly next: () => number;
  /** The sum of the gains of each feature's splits. */
  readonly gains: Float64Array;
  readonly room: Room;
}

/** Memory for the sums and counts of rows by level, all 0 between uses. */
interface Room {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/** Room for the feature of most levels. */
function roomFor(features: readonly Feature[], width: number): Room {
  const most = features.reduce((a, { levels }) => Math.max(a, levels), 0);
  return { sums: new Float64Array(most * width), counts: new Float64Array(most) };
}

const addTo = ({ target, width }: Growth, sums: Float64Array, at: number, row: number) => {
  if (target.classes > 0) sums[at * width + target.values[row]!]! += 1;
  else sums[at] = sums[at]! + target.values[row]!;
};

/** Σ S² / n, which is largest where classes are pure, or where numbers are alike. */
function purity(sums: Float64Array, start: number, width: number, count: number): number {
  let squares = 0;
  for (let k = start; k < start + width; k++) squares += sums[k]! ** 2;
  return count === 0 ? 0 : squares / count;
}

interface Split {
  readonly feature: number;
  readonly level: number;
  readonly gain: number;
}

/** Adds up rows by level. @returns the levels that are there, in order */
function addLevels(growth: Growth, rows: Uint32Array, codes: Uint16Array): Uint16Array {
  const { sums, counts } = growth.room;
  const found: number[] = [];
  for (const row of rows) {
    const code = codes[row]!;
    if (counts[code] === 0) found.push(code);
    counts[code]! += 1;
    addTo(growth, sums, code, row);
  }
  return Uint16Array.from(found).sort();
}

/** The best split of some rows by one feature. */
function bestLevel(growth: Growth, rows: Uint32Array, feature: number, total: Float64Array): Split {
  const { width, room } = growth;
  const { codes, ordered } = growth.features[feature]!;
  const { sums, counts } = room;
  const before = purity(total, 0, width, rows.length);
  const yes = new Float64Array(width);
  const no = new Float64Array(width);
  let best: Split = { feature, level: -1, gain: 1e-9 * Math.abs(before) };
  let count = 0;
  for (const level of addLevels(growth, rows, codes)) {
    const start = level * width;
    count = (ordered ? count : 0) + counts[level]!;
    if (count < rows.length) {
      for (let k = 0; k < width; k++) {
        yes[k] = (ordered ? yes[k]! : 0) + sums[start + k]!;
        no[k] = total[k]! - yes[k]!;
      }
      const left = rows.length - count;
      const gain = purity(yes, 0, width, count) + purity(no, 0, width, left) - before;
      if (gain > best.gain) best = { feature, level, gain };
    }
    counts[level] = 0;
    sums.fill(0, start, start + width);
  }
  return best;
}

/** Some features, chosen at random, none twice. */
function chooseFeatures({ features, chosen, next }: Growth): number[] {
  const places = features.map((_, place) => place);
  return Array.from({ length: Math.min(chosen, places.length) }, (_, i) => {
    const other = i + Math.floor(next() * (places.length - i));
    [places[i], places[other]] = [places[other]!, places[i]!];
    return places[i]!;
  });
}

function grow(growth: Growth, rows: Uint32Array, depth: number): Node {
  const total = new Float64Array(growth.width);
  for (const row of rows) addTo(growth, total, 0, row);
  const leaf = { values: total.map((sum) => sum / rows.length) };
  if (depth === deepest || rows.length < leastRows) return leaf;
  const best = chooseFeatures(growth)
    .map((feature) => bestLevel(growth, rows, feature, total))
    .reduce((a, b) => (b.level >= 0 && (a.level < 0 || b.gain > a.gain) ? b : a));
  if (best.level < 0) return leaf;
  growth.gains[best.feature]! += best.gain;
  const { codes, ordered } = growth.features[best.feature]!;
  const isYes = (row: number) => (ordered ? codes[row]! <= best.level : codes[row]! === best.level);
  return {
    feature: best.feature,
    level: best.level,
    ordered,
    yes: grow(growth, rows.filter(isYes), depth + 1),
    no: grow(
      growth,
      rows.filter((row) => !isYes(row)),
      depth + 1,
    ),
  };
}

function leafOf(tree: Node, features: readonly Feature[], row: number): Float64Array {
  let node = tree;
  while (!('values' in node)) {
    const code = features[node.feature]!.codes[row]!;
    node = (node.ordered ? code <= node.level : code === node.level) ? node.yes : node.no;
  }
  return node.values;
}

/**
 * A random forest of 40 trees: Breiman, "Random Forests" (2001), https://doi.org/10.1023/A:1010933404324.
 * Each is grown on as many rows as there are, drawn with repetition, and each split is the best of √F
 * features for classes, a third of them for numbers, and three at least.
 * @param features of N rows
 * @param target N values, none missing
 * @param pace is called between trees
 */
export async function trainForest(
  features: readonly Feature[],
  target: Target,
  seed: number,
  pace: () => Promise<void>,
): Promise<Forest> {
  const width = Math.max(1, target.classes);
  const count = features.length;
  const chosen = Math.max(3, Math.ceil(target.classes > 0 ? Math.sqrt(count) : count / 3));
  const grown: Node[] = [];
  const importances = new Float64Array(count);
  const room = roomFor(features, width);
  for (let tree = 0; tree < trees; tree++) {
    await pace();
    const next = numbersOf(seed, tree);
    const rows = new Uint32Array(target.values.length).map(() =>
      Math.floor(next() * target.values.length),
    );
    const gains = new Float64Array(count);
    grown.push(grow({ features, target, width, chosen, next, gains, room }, rows, 0));
    const whole = gains.reduce((sum, gain) => sum + gain, 0);
    gains.forEach((gain, feature) => {
      if (whole > 0) importances[feature]! += gain / whole / trees;
    });
  }
  return {
    importances,
    predict(others) {
      const rows = others[0]?.codes.length ?? 0;
      const shares = new Float64Array(rows * width);
      for (const tree of grown) {
        for (let row = 0; row < rows; row++) {
          const leaf = leafOf(tree, others, row);
          for (let k = 0; k < width; k++) shares[row * width + k]! += leaf[k]! / trees;
        }
      }
      return shares;
    },
  };
}
