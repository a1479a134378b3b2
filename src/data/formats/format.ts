import type { TensorDataset } from '../dataset.js';

/** Data that was found under a name or path. */
export interface OpenedData {
  /** A short name, fit for a folder's name. */
  readonly name: string;
  readonly train: TensorDataset;
  /** Images that are kept from training, when the data sets some apart. */
  readonly test?: TensorDataset;
}

/** A file or folder that is there. */
export interface Place {
  readonly path: string;
  /** The names in a folder; undefined for a file. */
  readonly entries?: readonly string[];
}

/** A way in which data lies in files. */
export interface DataFormat {
  /** What it reads, as in 'Give ...'. */
  readonly reads: string;
  /**
   * The data, or undefined when the place is not of this format.
   * @throws UserError when it is, but cannot be read
   */
  open(place: Place): Promise<OpenedData | undefined>;
}
