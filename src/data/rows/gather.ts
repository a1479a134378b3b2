/** A file or row that could not be read and was left out. */
export interface Skipped {
  /** The file, or the row of a table. */
  readonly name: string;
  readonly reason: string;
}

/** How examples are gathered. */
export interface GatherOptions {
  /** The folder that keeps what does not fit; the user's cache folder unless given. */
  readonly cache?: string | undefined;
  /** Most bytes of examples to hold in memory. */
  readonly memoryLimit?: number | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The kind of examples that come. */
export interface Layout {
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'float32';
  /** Most examples that may come, if that is known. */
  readonly most?: number;
}

/** Takes examples, one or several at a time, in their order. */
export type AddRows = (values: Uint8Array | Float32Array) => Promise<void>;

/** Facts of examples, told once all are there. */
export interface Gathered {
  readonly labels?: ArrayLike<number> | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly skipped?: readonly Skipped[] | undefined;
}
