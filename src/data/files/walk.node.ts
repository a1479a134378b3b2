import type { Dirent, Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../../base/file-errors.js';
import { isIgnored } from './ignored.js';
import type { Walk, WalkedFile } from './walk.js';

/** Files that are looked at together. */
const chunk = 256;

interface Entry {
  readonly path: string;
  readonly parts: readonly string[];
}

/** Goes through folders, and keeps links for later, so that a file goes by its own path. */
class Walker {
  readonly files: WalkedFile[] = [];
  readonly repeated: string[] = [];
  readonly #links: Entry[] = [];
  readonly #seen = new Set<string>();

  async folder({ path, parts }: Entry): Promise<void> {
    const names = await attempt('read', path, () => fs.readdir(path, { withFileTypes: true }));
    const entries = names
      .filter(({ name }) => !isIgnored(name))
      .map((entry) => ({ entry, path: join(path, entry.name), parts: [...parts, entry.name] }));
    for (let start = 0; start < entries.length; start += chunk) {
      const some = entries.slice(start, start + chunk);
      const infos = await Promise.all(
        some.map(({ entry, path }) => (entry.isSymbolicLink() ? undefined : statOf(path))),
      );
      for (const [i, { entry, ...place }] of some.entries()) {
        await this.#take(entry, place, infos[i]);
      }
    }
  }

  /** Follows links, also links below linked folders, to files and folders not seen before. */
  async links(): Promise<void> {
    for (let link = this.#links.shift(); link; link = this.#links.shift()) {
      const info = await statOf(link.path);
      if (info && this.#seen.has(identity(info))) this.repeated.push(link.parts.join('/'));
      else if (info?.isDirectory()) {
        this.seen(info);
        await this.folder(link);
      } else this.#add(link, info);
    }
  }

  seen(info: Stats): void {
    this.#seen.add(identity(info));
  }

  async #take(entry: Dirent, place: Entry, info: Stats | undefined): Promise<void> {
    if (entry.isSymbolicLink()) this.#links.push(place);
    else if (info?.isDirectory()) {
      // Some file systems do not tell a link from a folder here.
      if (this.#seen.has(identity(info))) this.repeated.push(place.parts.join('/'));
      else {
        this.seen(info);
        await this.folder(place);
      }
    } else this.#add(place, info);
  }

  /** Adds a file, or a link that leads nowhere: its reader tells the fault. */
  #add({ path, parts }: Entry, info: Stats | undefined): void {
    if (info) this.seen(info);
    this.files.push({ path, parts, size: info?.size ?? 0, modified: info?.mtimeMs ?? 0 });
  }
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function statOf(path: string): Promise<Stats | undefined> {
  return fs.stat(path).catch(() => undefined);
}

/**
 * All files below a folder. Links are followed, also in circles, and each of their targets counts once.
 * @throws UserError when a folder cannot be read
 */
export async function walk(folder: string): Promise<Walk> {
  const walker = new Walker();
  const info = await statOf(folder);
  if (info) walker.seen(info);
  await walker.folder({ path: folder, parts: [] });
  await walker.links();
  return walker;
}
