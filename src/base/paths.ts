/** The last part of a path, whose parts may be separated as on any system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
}

/** The path of a name in a folder. */
export function within(folder: string, name: string): string {
  return /[\\/]$/.test(folder) ? `${folder}${name}` : `${folder}/${name}`;
}

/** Words as a part of a file's name: letters and digits of all languages stay, other runs of signs are `_`. */
export function fileName(words: string): string {
  return words.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '_');
}
