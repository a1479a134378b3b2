import { readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.js';
import { sendCompressed, sendFile, takesCompressed } from './send.js';

/** Folder where the page was built. */
const builtPage = fileURLToPath(new URL('../studio', import.meta.url));

/** The page's files: the files that were there when the server started, and no others. */
export class Page {
  private constructor(
    readonly folder: string,
    /** Paths from the folder, with slashes. */
    readonly files: ReadonlySet<string>,
  ) {}

  /** @throws UserError when the page was not built */
  static async open(folder = builtPage): Promise<Page> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'));
    if (!files.includes('index.html')) {
      throw new UserError(
        `The studio's page is not built: there is no ${join(folder, 'index.html')}. Build it with npm run build:studio.`,
      );
    }
    return new Page(folder, new Set(files));
  }

  /** Sends a file of the page. Returns whether there is such a file. */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    parts: readonly string[],
  ): Promise<boolean> {
    const path = parts.join('/') || 'index.html';
    if (!this.files.has(path)) return false;
    response.setHeader('Vary', 'Accept-Encoding');
    // Paths of assets hold a hash of their content, or its version.
    const hashed = path.startsWith('assets/');
    const sent = takesCompressed(request, path) ? sendCompressed : sendFile;
    await sent(request, response, {
      root: this.folder,
      path,
      type: path,
      cache: hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    return true;
  }
}
