import { fillUniform, randomStream } from '../../base/random.js';
import type { Dataset } from '../dataset.js';
import { checkCount, subset } from './split.js';

/**
 * One number of each of `count` equal parts of 0 to `size` − 1, ascending. It is chosen at random:
 * in data that repeats itself, equal steps would find equal examples. The same count and size give
 * the same numbers.
 */
function oneOfEachPart(count: number, size: number): number[] {
  const shares = new Float32Array(count);
  fillUniform(randomStream(0, 'spread'), shares);
  return Array.from(shares, (share, i) => {
    const [start, end] = [i, i + 1].map((part) => Math.floor((part * size) / count));
    return start! + Math.floor(share * (end! - start!));
  });
}

/** The places of each class in ascending order, the classes too: `[class, places]`. */
export function placesByClass(labels: ArrayLike<number>): [label: number, places: number[]][] {
  const places = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const known = places.get(labels[i]!);
    if (known) known.push(i);
    else places.set(labels[i]!, [i]);
  }
  return [...places].sort(([a], [b]) => a - b);
}

/** The places in a dataset of the examples of `spread`, ascending. @throws UserError as `spread` does */
export function placesOfSpread(dataset: Dataset, count: number): Uint32Array {
  checkCount(dataset, count);
  const { size, labels } = dataset;
  if (count >= size) return Uint32Array.from({ length: size }, (_, i) => i);
  const chosen = Uint32Array.from(oneOfEachPart(count, size));
  if (!labels) return chosen;
  const order = placesByClass(labels).flatMap(([, places]) => places);
  return chosen.map((i) => order[i]!).sort();
}

/**
 * Examples that stand for a dataset, in its order: spread evenly over each class where there are
 * labels, so that every class has its share, and over the data otherwise. The same examples each
 * time; all of them when there are no more than `count`. Nothing is copied but the labels.
 * @throws UserError when the count is not a whole number from 1
 */
export function spread(dataset: Dataset, count: number): Dataset {
  const places = placesOfSpread(dataset, count);
  return places.length === dataset.size ? dataset : subset(dataset, places);
}

/** The places in a dataset of the examples of `ofEachClass`. @throws UserError as `ofEachClass` does */
export function placesOfEachClass(dataset: Dataset, count: number): Uint32Array {
  const { size, labels } = dataset;
  if (!labels) return placesOfSpread(dataset, count);
  checkCount(dataset, count);
  const classes = placesByClass(labels).map(([, places]) => places);
  const counts = shares(
    classes.map(({ length }) => length),
    Math.min(count, size),
  );
  const chosen = classes.map((places, i) =>
    oneOfEachPart(counts[i]!, places.length).map((place) => places[place]!),
  );
  const inTurn = Array.from({ length: Math.max(...counts) }, (_, round) =>
    chosen.flatMap((places) => places.slice(round, round + 1)),
  );
  return Uint32Array.from(inTurn.flat());
}

/**
 * Examples to show of a dataset: of each class in turn and as many of each as there are, where there
 * are labels, spread evenly over the data otherwise. The same examples each time; all of them when
 * there are no more than `count`. Nothing is copied but the labels.
 * @throws UserError when the count is not a whole number from 1
 */
export function ofEachClass(dataset: Dataset, count: number): Dataset {
  return subset(dataset, placesOfEachClass(dataset, count));
}

/** Decides how many of each class to take, as equally as their sizes let; `count` in all. */
function shares(sizes: readonly number[], count: number): number[] {
  const taken = sizes.map(() => 0);
  for (let left = count; left > 0; ) {
    const open = sizes.flatMap((size, i) => (taken[i]! < size ? [i] : []));
    // Fewer than classes are taken all over them.
    const few = Math.min(left, open.length);
    for (let i = 0; i < few; i++) taken[open[Math.floor((i * open.length) / few)]!]! += 1;
    left -= few;
  }
  return taken;
}
