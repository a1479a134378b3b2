import { split } from '../../../src/data/changes/split.js';
import { type Dataset, datasets, UserError } from '../../../src/index.js';
import type { AnyPart } from '../data/held-out.js';
import { openKeptData } from '../data/kept.js';

/** Data that is in this worker's memory. */
export interface LoadedData {
  readonly title: string;
  readonly train: Dataset;
  readonly test?: Dataset;
}

/** The public datasets that lie beside the page, in `data/<name>/`. */
const published = {
  mnist: { title: 'MNIST', load: datasets.mnist },
  'fashion-mnist': { title: 'Fashion-MNIST', load: datasets.fashionMnist },
};

/**
 * Loads data by its name.
 * @param page the page's own address, beside which public data lies
 * @throws UserError when there is no such data or it cannot be read
 */
export async function loadData(name: string, page: string): Promise<LoadedData> {
  if (name.startsWith('kept:')) return openKeptData(name.slice('kept:'.length));
  if (!Object.hasOwn(published, name)) {
    throw new UserError(
      `The page cannot read ${name}, which is on the disk of the machine that trained the run. Drop the data into the page, or choose other data.`,
    );
  }
  const { title, load } = published[name as keyof typeof published];
  const mirrors = [new URL(`data/${name}/`, page).href];
  return { title, ...(await load({ mirrors })) };
}

/** A part of data; the training examples where there are no others. */
export function partOf({ train, test }: LoadedData, part: AnyPart): Dataset {
  if (typeof part !== 'string') return split(train, part.share, part.seed).validation;
  return part === 'test' ? (test ?? train) : train;
}
