import type { IdColumn } from '../column.js';
import { type Dataset, type Factor, factsOf } from '../dataset.js';
import type { OpenedData } from '../formats/format.js';

/** The dataset and the place in it of an example of all datasets one after another. */
function finder(parts: readonly Dataset[]): (index: number) => readonly [number, number] {
  return (index) => {
    let [part, place] = [0, index];
    while (place >= parts[part]!.size) {
      place -= parts[part]!.size;
      part += 1;
    }
    return [part, place];
  };
}

/** The indices of runs of examples that are of one dataset: [dataset, first, last + 1]. */
function stretches(
  indices: ArrayLike<number>,
  find: (index: number) => readonly [number, number],
): [part: number, places: number[]][] {
  const found: [number, number[]][] = [];
  for (let i = 0; i < indices.length; i++) {
    const [part, place] = find(indices[i]!);
    const last = found.at(-1);
    if (last?.[0] === part) last[1].push(place);
    else found.push([part, [place]]);
  }
  return found;
}

/** A fact of each example, where all datasets have it. */
function ofAll<Fact>(
  parts: readonly Dataset[],
  factOf: (part: Dataset) => Fact | undefined,
): Fact[] | undefined {
  const found = parts.map(factOf);
  return found.every((each) => each !== undefined) ? (found as Fact[]) : undefined;
}

/**
 * The examples of several parts of one data set, one after another, as a dataset. Nothing is copied but the labels.
 * @param parts at least one; of one shape, type and description
 */
export function joined(parts: readonly Dataset[], name: string): Dataset {
  const [first] = parts as [Dataset];
  const find = finder(parts);
  const width = first.shape.reduce((product, length) => product * length, 1);
  const labels = ofAll(parts, (part) => part.labels);
  const ids = ofAll(parts, (part) => part.ids);
  const cells = ofAll(parts, (part) => part.cells);
  const factors = ofAll(parts, (part) => part.factors);
  const origins = ofAll(parts, (part) => part.origin);
  const texts = (all: readonly (readonly IdColumn[])[]) =>
    all[0]!.map((column, i): IdColumn => {
      const text = (index: number) => {
        const [part, place] = find(index);
        return all[part]![i]!.text(place);
      };
      return { ...column, text };
    });
  const levels = (all: readonly (readonly Factor[])[]) =>
    all[0]!.map((factor, i): Factor => {
      const level = (index: number) => {
        const [part, place] = find(index);
        return all[part]![i]!.level(place);
      };
      return { ...factor, level };
    });
  const { labels: _, ids: __, cells: ___, factors: ____, origin: _____, ...facts } = factsOf(first);
  return {
    name,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    shape: first.shape,
    dtype: first.dtype,
    ...facts,
    ...(labels ? { labels: Int32Array.from(labels.flatMap((each) => Array.from(each))) } : {}),
    ...(ids ? { ids: texts(ids) } : {}),
    ...(cells ? { cells: texts(cells) } : {}),
    ...(factors ? { factors: levels(factors) } : {}),
    ...(origins
      ? {
          origin: (index) => {
            const [part, place] = find(index);
            return origins[part]!(place);
          },
        }
      : {}),
    async read(indices, target) {
      let done = 0;
      for (const [part, places] of stretches(indices, find)) {
        await parts[part]!.read(places, target.subarray(done * width));
        done += places.length;
      }
    },
  };
}

/** Data with all its parts as one to train on: nothing is kept from training. */
export function withPartsJoined(data: OpenedData): OpenedData {
  const { train, validation, test, ...facts } = data;
  const parts = [train, validation, test].filter((part) => part !== undefined);
  return parts.length === 1 ? data : { ...facts, train: joined(parts, `${data.name}, all parts`) };
}
