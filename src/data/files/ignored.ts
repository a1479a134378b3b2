/** Files and folders that systems and programs leave beside people's own, by their whole names. */
const leftBehind = new Set([
  '__macosx',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  '$recycle.bin',
  'system volume information',
  '@eadir',
  'lost+found',
  '__pycache__',
]);

/**
 * True for a file or folder that is no data of the user: hidden (`.DS_Store`, `.ipynb_checkpoints`, the
 * `._x` that macOS writes beside x), or left behind by a system.
 * @param name without the folders above it
 */
export function isIgnored(name: string): boolean {
  return name.startsWith('.') || leftBehind.has(name.toLowerCase());
}

/** Tells whether a path has a part that is no data. @param path with forward slashes */
export function isIgnoredPath(path: string): boolean {
  return path.split('/').some(isIgnored);
}
