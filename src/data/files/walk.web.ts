import { within } from '../../base/paths.js';
import { filesBelow, givenFile } from './given-files.web.js';
import { isIgnoredPath } from './ignored.js';
import type { Walk } from './walk.js';

/** All files below a folder that was given. */
export async function walk(folder: string): Promise<Walk> {
  const files = filesBelow(folder).flatMap((inside) => {
    if (isIgnoredPath(inside)) return [];
    const path = within(folder, inside);
    return [{ path, parts: inside.split('/'), size: givenFile(path)?.size ?? 0, modified: 0 }];
  });
  return { files, repeated: [] };
}
