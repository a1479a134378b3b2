import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { UserError } from '../base/errors.js';
import {
  cacheDirectory,
  exists,
  makeDirectory,
  writeFileAtomic,
} from '../data/files/files.node.js';
import { fashionMnistSet } from '../data/published/fashion-mnist.js';
import { mnistSet } from '../data/published/mnist.js';
import {
  loadPublishedFile,
  type PublishedFile,
  type PublishedSet,
  publishedFiles,
} from '../data/published/published.js';
import { answer } from './guard.js';
import { sendFile } from './send.js';

const sets: Readonly<Record<string, PublishedSet>> = {
  mnist: mnistSet,
  'fashion-mnist': fashionMnistSet,
};

/** The public datasets, compressed as on their mirrors, so that the page asks no other host. */
export class PublishedData {
  private readonly ready = new Map<string, Promise<string>>();

  constructor(
    private readonly tell: (message: string) => void,
    private readonly given?: string,
  ) {}

  /**
   * The compressed files of sets, by their names; a set that cannot be had is told and left out.
   * @param wanted all sets when left out
   */
  async files(
    wanted: readonly string[] = Object.keys(sets),
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const found = new Map<string, ReadonlyMap<string, string>>();
    for (const [name, set] of Object.entries(sets).filter(([each]) => wanted.includes(each))) {
      try {
        const paths = new Map<string, string>();
        for (const file of publishedFiles(set)) {
          paths.set(`${file.name}.gz`, join(this.cache, await this.locate(set, file)));
        }
        found.set(name, paths);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        this.tell(`${set.title} is left out. ${error.message}`);
      }
    }
    return found;
  }

  private get cache(): string {
    return this.given ?? join(cacheDirectory(), 'studio');
  }

  /** Sends `<set>/<file>.gz`, which is found or downloaded first. */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    [name = '', compressed = '', ...rest]: readonly string[],
  ): Promise<void> {
    const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
    const file =
      set && rest.length === 0
        ? publishedFiles(set).find((each) => `${each.name}.gz` === compressed)
        : undefined;
    if (!set || !file) return answer(response, 404, 'There is no such data.');
    let path: string;
    try {
      path = await this.locate(set, file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.tell(error.message);
      return answer(response, 503, error.message);
    }
    await sendFile(request, response, {
      root: this.cache,
      path,
      type: compressed,
      // The content of a file is known by its checksum, and never changes.
      cache: 'public, max-age=31536000, immutable',
    });
  }

  /** The compressed file's path from the cache folder. */
  private locate(set: PublishedSet, file: PublishedFile): Promise<string> {
    const path = `${set.folder}/${file.sha256.slice(0, 16)}-${file.name}.gz`;
    const known = this.ready.get(path) ?? this.prepare(set, file, path);
    this.ready.set(path, known);
    known.catch(() => this.ready.delete(path));
    return known;
  }

  private async prepare(set: PublishedSet, file: PublishedFile, path: string): Promise<string> {
    const target = join(this.cache, path);
    if (await exists(target)) return path;
    const plain = await loadPublishedFile(set, file, { onProgress: this.tell });
    await makeDirectory(dirname(target));
    await writeFileAtomic(target, await promisify(gzip)(plain, { level: 4 }));
    return path;
  }
}
