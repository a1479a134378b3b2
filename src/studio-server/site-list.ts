/** A file of a static site, for its service worker. */
export interface SiteFile {
  /** Path from the site's folder, with slashes. */
  readonly path: string;
  /** SHA-256 of its content, in base64. */
  readonly hash: string;
  /** True of a file that is kept only when it is used: the page works offline without it. */
  readonly isOptional: boolean;
}

/** All files of a version of the site, without the runs. */
export interface SiteList {
  /** Known by the content of all files. */
  readonly version: string;
  readonly files: readonly SiteFile[];
}
