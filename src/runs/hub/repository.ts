import { z } from 'zod';
import { openHubCache } from '#hub-home';
import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { collect } from '../../data/published/download.js';
import { faultOfPath, formatHubAddress, type HubAddress } from './address.js';
import { type Connection, connect, type HubOptions, patience } from './connection.js';
import type { HubCache, HubFile } from './home.js';
import { HubUnreachable, retried } from './retry.js';

/** The hash of a content, by git or by SHA-256. */
const hashPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const filesSchema = z.array(
  z.strictObject({
    path: z.string(),
    size: z.int().nonnegative(),
    hash: z.string().regex(hashPattern),
  }),
);

/** A commit of a repository: which files it has, and their contents. */
export interface HubCommit {
  readonly address: HubAddress;
  /** The commit's hash. */
  readonly commit: string;
  /** Files by their paths in the repository. */
  readonly files: ReadonlyMap<string, HubFile>;
  /**
   * The content of a file, from the cache or else from the Hub; either is checked by its hash.
   * @throws UserError when it cannot be fetched, or differs from the repository's; the signal's reason when that aborts
   */
  read(file: HubFile): Promise<Uint8Array<ArrayBuffer>>;
}

/** Tells whether a revision is a commit, which never changes. */
const isCommit = (revision: string) => /^[0-9a-f]{40}$/.test(revision);

const hex = (digest: ArrayBuffer) =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The hash by which the Hub knows a content: git's, or SHA-256 of a large file. */
export async function hashOf(
  content: Uint8Array<ArrayBuffer>,
  kind: 'git' | 'sha256',
): Promise<string> {
  if (kind === 'sha256') return hex(await crypto.subtle.digest('SHA-256', content));
  const head = new TextEncoder().encode(`blob ${content.length}\0`);
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return hex(await crypto.subtle.digest('SHA-1', whole));
}

/** Tells whether a content is the file's: by its size, and by its hash where that is known. */
async function isContent(content: Uint8Array<ArrayBuffer>, { size, hash }: HubFile) {
  if (content.length !== size) return false;
  return hash === '' || (await hashOf(content, hash.length === 64 ? 'sha256' : 'git')) === hash;
}

/** The commit that a branch or tag is at. @throws UserError when the Hub does not tell it */
async function commitAt({ repo, revision }: HubAddress, { request }: Connection): Promise<string> {
  const { modelInfo } = await import('#hub');
  const { sha } = await modelInfo({ name: repo, revision, additionalFields: ['sha'], ...request });
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw new UserError(`${repo}: the Hub named no commit of ${quote(revision)}. Try again later.`);
}

/** The files of a commit. @throws UserError when the Hub does not tell them, or a name leads out of the repository */
async function filesAt(repo: string, commit: string, { request }: Connection): Promise<HubFile[]> {
  const { listFiles } = await import('#hub');
  const files: HubFile[] = [];
  for await (const entry of listFiles({ repo, revision: commit, recursive: true, ...request })) {
    if (entry.type !== 'file') continue;
    const { path, size, oid = '', lfs } = entry;
    files.push({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid });
  }
  const read = filesSchema.safeParse(files);
  if (read.success) return read.data;
  throw new UserError(`${repo}: the Hub's list of its files cannot be read. Try again later.`);
}

/** A list of files, none of which leads out of its repository. @throws UserError when one does */
function checked(files: readonly HubFile[], repo: string): ReadonlyMap<string, HubFile> {
  for (const { path } of files) {
    const fault = faultOfPath(path);
    if (fault) {
      throw new UserError(
        `${repo}: its file ${quote(path)} ${fault}. Nothing of it is read: tell its owner.`,
      );
    }
  }
  return new Map(files.map((file) => [file.path, file]));
}

/** Tries an action on the cache; a fault only gets a line, as nothing depends on the cache. */
async function attempted<T>(action: () => Promise<T>, tell: (line: string) => void) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tell(`The cache is passed over: ${error.message}`);
    return undefined;
  }
}

/** Sources of a commit's parts. */
interface Sources {
  readonly address: HubAddress;
  readonly connection: Connection;
  readonly cache: HubCache | undefined;
  readonly options: HubOptions;
  tell(line: string): void;
}

/** The error for a file that only the Hub has, while the Hub must not be asked. */
function notKept(name: string, what: string, cache: HubCache | undefined): UserError {
  const where = cache ? ` ${cache.folder}` : '';
  return new UserError(
    `${name} ${what} the cache${where}, and HF_HUB_OFFLINE is set. Unset it, and try again.`,
  );
}

/** The commit that an address names: by the Hub or, where that cannot be reached, by the cache. */
async function findCommit({ address, connection, cache, tell }: Sources): Promise<string> {
  const { repo, revision } = address;
  if (isCommit(revision)) return revision;
  const known = () => cache?.commitOf(revision);
  if (connection.isOffline) {
    const commit = await known();
    if (commit !== undefined) return commit;
    throw notKept(formatHubAddress(address), 'is not in', cache);
  }
  try {
    const commit = await commitAt(address, connection);
    await attempted(async () => cache?.keepCommit(revision, commit), tell);
    return commit;
  } catch (error) {
    const commit = error instanceof HubUnreachable ? await known() : undefined;
    if (commit === undefined) throw error;
    tell(`${(error as Error).message} What was fetched of ${repo} before is taken.`);
    return commit;
  }
}

/** The files of a commit: by the cache, which keeps the list, or else by the Hub. */
async function findFiles(sources: Sources, commit: string): Promise<readonly HubFile[]> {
  const { address, connection, cache, tell } = sources;
  const kept = filesSchema.safeParse(await attempted(async () => cache?.filesOf(commit), tell));
  if (kept.success) return kept.data;
  // Other programs keep files without a list of all files.
  const known = () => cache?.snapshotOf(commit);
  if (connection.isOffline) {
    const there = await known();
    if (there) return there;
    throw notKept(formatHubAddress(address), 'is not in', cache);
  }
  try {
    const files = await filesAt(address.repo, commit, connection);
    checked(files, address.repo);
    await attempted(async () => cache?.keepFiles(commit, files), tell);
    return files;
  } catch (error) {
    const there = error instanceof HubUnreachable ? await known() : undefined;
    if (!there) throw error;
    tell(`${(error as Error).message} What was fetched of ${address.repo} before is taken.`);
    return there;
  }
}

/**
 * A commit of a repository; its files are fetched as they are read.
 * @throws UserError when there is none, or it is neither in reach nor in the cache
 */
export async function openCommit(address: HubAddress, options: HubOptions): Promise<HubCommit> {
  const connection = await connect(address.repo, options);
  const { cache: folder } = connection;
  const cache = folder === undefined ? undefined : openHubCache(folder, address.repo);
  const tell = options.onNote ?? (() => {});
  const sources = { address, connection, cache, options, tell };
  const commit = await findCommit(sources);
  const files = checked(await findFiles(sources, commit), address.repo);
  return { address, commit, files, read: (file) => readFile(sources, commit, file) };
}

/** A file's content from the cache or else from the Hub, checked. */
async function readFile(sources: Sources, commit: string, file: HubFile) {
  const { address, connection, cache, tell } = sources;
  const kept = await attempted(async () => cache?.read(commit, file), tell);
  if (kept && (await isContent(kept, file))) return kept;
  const name = `${formatHubAddress({ ...address, path: '' })}/${file.path}`;
  if (connection.isOffline) {
    throw notKept(name, kept ? 'is damaged in' : 'is not in', cache);
  }
  if (kept) {
    tell(`${name}: the copy in the cache is damaged, and is fetched again.`);
    await attempted(async () => cache?.forget(commit, file), tell);
  }
  const content = await retried(() => fetchFile(sources, commit, file), connection.retries);
  if (!(await isContent(content, file))) {
    throw new UserError(
      `${name}: what came is not what the repository has: its hash is another. Try again later.`,
    );
  }
  await attempted(async () => cache?.keep(commit, file, content), tell);
  return content;
}

/** A file's content from the Hub, by one try. */
async function fetchFile(
  { address: { repo }, connection: { request, fetchOnce }, options }: Sources,
  commit: string,
  { path, size, hash }: HubFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const { downloadFile } = await import('#hub');
  const place = path.split('/').map(encodeURIComponent).join('/');
  const url = `${request.hubUrl}/${repo}/resolve/${commit}/${place}`;
  const broken = new HubUnreachable(`${repo}: the connection broke off in ${path}. Try again.`, {
    isRefused: false,
  });
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // The library passes on no more than the words of an error.
  let failure: unknown;
  const fetchWhole: typeof fetch = async (input, init) => {
    try {
      return await fetchOnce(input, { ...init, signal: stalled.signal });
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  let loaded = 0;
  const onChunk = (bytes: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), patience);
    loaded += bytes;
    options.onProgress?.({ repo, file: path, loaded, size });
  };
  // The address without Xet has a plain copy of a file that the Hub has in Xet.
  const wanted = {
    repo,
    path,
    revision: commit,
    xet: false,
    downloadInfo: { url, size, etag: hash },
  };
  try {
    const blob = await downloadFile({ ...request, ...wanted, fetch: fetchWhole });
    onChunk(0);
    return await collect(blob!.stream(), size, url, onChunk);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (failure) throw failure;
    throw error instanceof UserError ? error : broken;
  } finally {
    clearTimeout(timer);
    // The rest, after an error, is not wanted.
    stalled.abort();
  }
}
