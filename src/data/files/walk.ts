/** A file below a folder. */
export interface WalkedFile {
  readonly path: string;
  /** Folders and name under the folder that was walked. */
  readonly parts: readonly string[];
  /** Size in bytes. */
  readonly size: number;
  /** Milliseconds since 1970; 0 where that is not known. */
  readonly modified: number;
}

/** All files below a folder, each once; hidden and resource files are passed over. */
export interface Walk {
  readonly files: readonly WalkedFile[];
  /** Links to files and folders that are among the others, by their paths below the folder. */
  readonly repeated: readonly string[];
}
