/** A file of which parts can be read, on a disk or given to a page. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  /** Time of its last change, in milliseconds since 1970; 0 where that is not known. */
  readonly modified: number;
  /**
   * Bytes from `start` to before `end`, which both lie in the file.
   * @throws UserError when they cannot be read
   */
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}
