/** Tells whether bytes begin as NumPy's files do. */
export const isNpy = (start: Uint8Array) => start[0] === 0x93 && start[1] === 0x4e;

/** Tells whether bytes begin as zip archives do. */
export const isZip = (start: Uint8Array) => start[0] === 0x50 && start[1] === 0x4b;

/** Tells whether bytes begin a zip archive whose first file has such a name. */
export function isZipOf(start: Uint8Array, name: RegExp): boolean {
  if (!isZip(start) || start.length < 30) return false;
  const length = start[26]! + 256 * start[27]!;
  return name.test(new TextDecoder().decode(start.subarray(30, 30 + length)));
}
