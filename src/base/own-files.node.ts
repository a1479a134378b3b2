import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './errors.js';
import { version } from './version.js';

/** Node's path of a module that is no ES module, as a bundle can be. */
declare const __filename: string;

function commonJsFile(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}

/** Tells whether a folder holds this package, in the version that runs. */
function isPackage(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { name?: unknown; version?: unknown };
    return manifest.name === 'vaekit' && manifest.version === version;
  } catch {
    return false;
  }
}

/** This package's folder as seen from a place: a folder above it, or in the packages of such a folder. */
function packageAbove(place: string): string | undefined {
  for (let folder = place; ; folder = dirname(folder)) {
    const found = [folder, join(folder, 'node_modules', 'vaekit')].find(isPackage);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

/** The places of this code: its own file, or the bundle that it is in; then the program; then the folder. */
function places(): string[] {
  const { url } = import.meta as { readonly url?: string };
  return [
    ...(url?.startsWith('file:') ? [fileURLToPath(url)] : []),
    ...[commonJsFile(), process.argv[1]].filter((place) => place !== undefined),
    process.cwd(),
  ];
}

let known: string | undefined;

/**
 * A file or folder that comes with this package. A bundler carries code along, but no such files: they
 * are found in the package where it is installed.
 * @param path from the package's folder, with forward slashes
 * @throws UserError when the package is not installed where the code runs
 */
export function ownFile(path: string): string {
  known ??= places().map(packageAbove).find(Boolean);
  if (known !== undefined) return join(known, path);
  throw new UserError(
    `The files of vaekit ${version} cannot be found from ${places()[0]}. A bundle does not hold them: install vaekit ${version} where the bundle runs, or leave vaekit out of the bundle.`,
  );
}
