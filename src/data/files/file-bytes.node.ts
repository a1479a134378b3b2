import { open } from 'node:fs/promises';
import { UserError } from '../../base/errors.js';
import { attempt } from '../../base/file-errors.js';
import type { FileBytes } from './file-bytes.js';
import { statFile } from './stat-file.node.js';

/** A file of which parts can be read. @throws UserError when there is none */
export async function fileBytes(path: string): Promise<FileBytes> {
  const { size, mtimeMs } = await statFile(path);
  return {
    path,
    size,
    modified: mtimeMs,
    slice: (start, end) =>
      attempt('read', path, async () => {
        const bytes = new Uint8Array(end - start);
        const handle = await open(path);
        try {
          for (let done = 0; done < bytes.length; ) {
            const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
            if (bytesRead === 0) {
              throw new UserError(
                `${path}: the file was cut short since it was opened. Open the data again.`,
              );
            }
            done += bytesRead;
          }
        } finally {
          await handle.close();
        }
        return bytes;
      }),
  };
}
