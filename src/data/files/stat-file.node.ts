import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { attempt } from '../../base/file-errors.js';

/**
 * Size and times of a file, which is to be asked before it is opened: a pipe may never have anyone at
 * its other end, and a device always has more bytes.
 * @throws UserError when there is none, or a folder, device or pipe in its place
 */
export function statFile(path: string): Promise<Stats> {
  return attempt('read', path, async () => {
    const info = await stat(path);
    const code = info.isDirectory() ? 'EISDIR' : info.isFile() ? undefined : 'NO_FILE';
    if (code) throw Object.assign(new Error('no file'), { code });
    return info;
  });
}
