import { UserError } from '../../base/errors.js';
import { listed } from '../../base/excerpt.js';
import { permutation, randomStream } from '../../base/random.js';
import { advice } from '../../base/suggest.js';
import { categoryCount, type TableColumn } from '../column.js';
import { type Feature, trainForest } from './forest.js';
import { isDiscrete, type QualityRows, rowCount, rowsAt, valuesOf } from './rows.js';

/** Scores of a classifier, on rows that it was not trained on. */
export interface ClassifierScores {
  /** The share of rows whose class is found. */
  readonly accuracy: number;
  /** F1, the mean over the classes that the tested rows have. */
  readonly f1: number;
}

/** Scores of a regressor, on rows that it was not trained on. */
export interface RegressorScores {
  /** 1 less the squared error over the variance; under 0 where the mean alone is better. */
  readonly r2: number;
  /** The root of the mean squared error, in the column's unit. */
  readonly rmse: number;
}

/** Measures how much synthetic rows teach for use on real ones (TSTR: train on synthetic, test on real). */
export interface Usefulness {
  readonly target: string;
  readonly learner: 'classifier' | 'regressor';
  /** Scores of a forest that was trained on synthetic rows. */
  readonly synthetic: ClassifierScores | RegressorScores;
  /** Scores of a forest that was trained on as many real rows. */
  readonly real: ClassifierScores | RegressorScores;
  /** Rows of training and of the test, whose target is known. */
  readonly rows: { readonly synthetic: number; readonly real: number; readonly tested: number };
  /** True where the tested rows were held out from the model, false where it was trained on them. */
  readonly testedOn: 'held out' | 'training';
}

/** Rows that a forest is trained on, and tested on, at most. */
const mostRows = 10_000;

/** The share of real rows that are kept for the test where none are held out. */
const testShare = 0.3;

/** Bins of a column of numbers, and one for missing values. */
const bins = 48;

/** Finds where values fall among ascending edges, from 1; 0 where they are missing. */
function binned(values: Float32Array, edges: Float32Array): Feature {
  const codes = Uint16Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  });
  return { codes, levels: edges.length + 2, ordered: true };
}

/** Edges between bins that hold about as many of the values each. */
function quantiles(values: Float32Array): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const edges = Array.from(
    { length: bins - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)] ?? 0,
  );
  return Float32Array.from(new Set(edges));
}

/** A way to read columns other than the target as features: `rows` decide the edges of bins. */
function featureReader(columns: readonly TableColumn[], target: number, rows: Float32Array) {
  const width = columns.length;
  const readers = columns.flatMap((column, place) => {
    if (place === target) return [];
    if (isDiscrete(column)) {
      const levels = categoryCount(column) + 1;
      const code = (value: number) => (Number.isNaN(value) ? levels - 1 : value);
      const ordered = column.kind === 'ordinal';
      return (others: Float32Array): Feature => ({
        codes: Uint16Array.from(valuesOf(others, width, place), code),
        levels,
        ordered,
      });
    }
    const edges = quantiles(valuesOf(rows, width, place));
    return (others: Float32Array) => binned(valuesOf(others, width, place), edges);
  });
  return (others: Float32Array) => readers.map((read) => read(others));
}

function classifierScores(shares: Float64Array, truth: Float32Array, classes: number) {
  const guesses = Array.from(truth, (_, row) => {
    const own = shares.subarray(row * classes, (row + 1) * classes);
    return own.reduce((best, share, place) => (share > own[best]! ? place : best), 0);
  });
  const right = guesses.filter((guess, row) => guess === truth[row]).length;
  const f1 = [...new Set(truth)].map((place) => {
    const both = guesses.filter((guess, row) => guess === place && truth[row] === place).length;
    const guessed = guesses.filter((guess) => guess === place).length;
    const there = truth.filter((each) => each === place).length;
    return (2 * both) / (guessed + there);
  });
  return {
    accuracy: right / truth.length,
    f1: f1.reduce((sum, each) => sum + each, 0) / f1.length,
  };
}

function regressorScores(guesses: Float64Array, truth: Float32Array): RegressorScores {
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const squares = (from: (row: number) => number) =>
    truth.reduce((sum, value, row) => sum + (value - from(row)) ** 2, 0);
  const error = squares((row) => guesses[row]!);
  return { r2: 1 - error / squares(() => mean), rmse: Math.sqrt(error / truth.length) };
}

/** Rows whose target is known, at most so many, chosen at random. */
function knownRows(
  rows: Float32Array,
  width: number,
  target: number,
  most: number,
  seed: number,
): Float32Array {
  const values = valuesOf(rows, width, target);
  const places = [...permutation(randomStream(seed, 'known rows'), values.length)];
  const known = places.filter((place) => !Number.isNaN(values[place]!));
  return rowsAt(rows, width, known.slice(0, most));
}

/** Real rows for training and for the test. */
function partsOf({ columns, real, heldOut }: QualityRows, target: number, seed: number) {
  const width = columns.length;
  if (heldOut) {
    const tested = knownRows(heldOut, width, target, mostRows, seed);
    const trained = knownRows(real, width, target, mostRows, seed);
    return { tested, trained, testedOn: 'held out' } as const;
  }
  const known = knownRows(real, width, target, 2 * mostRows, seed);
  const count = Math.round(testShare * rowCount(known, columns)) * width;
  return {
    tested: known.subarray(0, count),
    trained: known.subarray(count),
    testedOn: 'training',
  } as const;
}

/** The place of a column that is to be predicted. @throws UserError when it is no learnt column */
export function targetPlace(columns: readonly TableColumn[], target: string): number {
  const names = columns.map(({ name }) => name);
  const place = names.indexOf(target);
  if (place >= 0) return place;
  throw new UserError(
    `target '${target}': the table has no such column, or nothing is learnt of it. ${advice(target, names)}`,
  );
}

/**
 * A random forest that is trained on synthetic rows and tested on real ones, beside the same trained on
 * as many real rows: Esteban et al., "Real-valued (Medical) Time Series Generation with Recurrent
 * Conditional GANs" (2017), https://arxiv.org/abs/1706.02633. Where no rows are held out, 30 % of
 * the real rows are the test; the model that drew the synthetic rows has seen them.
 * @param target the column that is predicted: a class, or a number
 * @throws UserError when there is no such column, or when too few rows hold a value of it
 */
export async function usefulnessOf(
  rows: QualityRows,
  target: string,
  seed: number,
  pace: () => Promise<void>,
): Promise<Usefulness> {
  const { columns, synthetic } = rows;
  const width = columns.length;
  const place = targetPlace(columns, target);
  const column = columns[place]!;
  const classes = categoryCount(column);
  const { tested, trained, testedOn } = partsOf(rows, place, seed);
  const drawn = knownRows(synthetic, width, place, mostRows, seed);
  const count = Math.min(rowCount(trained, columns), rowCount(drawn, columns));
  if (count < 2 || rowCount(tested, columns) < 2 || width < 2) {
    throw new UserError(
      `target '${target}': to learn it takes two rows that hold it, of training, of the test and of those drawn, and another column. Take another of ${listed(columns.map(({ name }) => name))}.`,
    );
  }
  const truth = valuesOf(tested, width, place);
  const scoresOf = async (all: Float32Array) => {
    const own = all.subarray(0, count * width);
    const features = featureReader(columns, place, own);
    const values = valuesOf(own, width, place);
    const forest = await trainForest(features(own), { values, classes }, seed, pace);
    const guesses = forest.predict(features(tested));
    return classes > 0
      ? classifierScores(guesses, truth, classes)
      : regressorScores(guesses, truth);
  };
  return {
    target,
    learner: classes > 0 ? 'classifier' : 'regressor',
    synthetic: await scoresOf(drawn),
    real: await scoresOf(trained),
    rows: { synthetic: count, real: count, tested: truth.length },
    testedOn,
  };
}
