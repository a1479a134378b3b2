/** A secret that stands for a user, and the place where it was found, for messages. */
export interface HubToken {
  readonly text: string;
  readonly from: string;
}

/** The settings that the user's environment has for the Hub. */
export interface HubHome {
  readonly endpoint?: string;
  readonly token?: HubToken;
  /** The folder of the cache; none where the user has no home. */
  readonly cache?: string;
  /** True where nothing may be fetched. */
  readonly isOffline: boolean;
  /** Tells whether files may be sent by Xet, the Hub's own protocol. */
  readonly usesXet: boolean;
}

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Hash of the content, in hexadecimal: SHA-256 of a large file, and for others SHA-1 as git takes it of a
   * blob. The two are told apart by their lengths. Empty where it is not known.
   */
  readonly hash: string;
}

/** The files of a repository that were fetched before. */
export interface HubCache {
  /** Folder where they lie. */
  readonly folder: string;
  /** The commit that a branch or tag was last known to be at. */
  commitOf(revision: string): Promise<string | undefined>;
  keepCommit(revision: string, commit: string): Promise<void>;
  /** The list that `keepFiles` was given; undefined where there is none. */
  filesOf(commit: string): Promise<unknown>;
  keepFiles(commit: string, files: readonly HubFile[]): Promise<void>;
  /** The files of a commit that any program fetched; undefined where none was. */
  snapshotOf(commit: string): Promise<readonly HubFile[] | undefined>;
  /** The content of a file, as it is on disk. */
  read(commit: string, file: HubFile): Promise<Uint8Array<ArrayBuffer> | undefined>;
  keep(commit: string, file: HubFile, content: Uint8Array): Promise<void>;
  /** Removes a file that is damaged. */
  forget(commit: string, file: HubFile): Promise<void>;
}
