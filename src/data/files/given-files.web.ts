import { within } from '../../base/paths.js';

/** The files that were given to the page, by path: a browser has no others. */
const given = new Map<string, Blob>();

/**
 * Makes files readable by their paths, with forward slashes, such as the files of a folder that was
 * dropped onto the page.
 * @returns forgets the files again
 */
export function giveFiles(files: Readonly<Record<string, Blob>>): () => void {
  for (const [path, blob] of Object.entries(files)) given.set(path, blob);
  return () => {
    for (const path of Object.keys(files)) given.delete(path);
  };
}

/** A file that was given. */
export function givenFile(path: string): Blob | undefined {
  return given.get(path);
}

/** The paths from a folder of all files in it and below it, sorted by UTF-16 code units. */
export function filesBelow(folder: string): string[] {
  const start = within(folder, '');
  return [...given.keys()]
    .flatMap((path) => (path.startsWith(start) ? [path.slice(start.length)] : []))
    .sort();
}
