import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A file of a commit. */
interface StoredFile {
  readonly content: Buffer;
  /** Tells whether it is kept by Git LFS. */
  readonly isLarge: boolean;
}

/** A repository of the server. */
export interface Repository {
  readonly id: string;
  isPrivate: boolean;
  /** Commits by branches. */
  readonly branches: Map<string, string>;
  readonly commits: Map<string, Map<string, StoredFile>>;
  /** Titles of commits, as they were made. */
  readonly titles: string[];
}

/** The hashes of a content: git's own, and the one of Git LFS. */
export function hashes(content: Uint8Array) {
  const head = `blob ${content.length}\0`;
  return {
    git: createHash('sha1').update(head).update(content).digest('hex'),
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Ranged = (content: Uint8Array, range: string | undefined) => Answer;

/** The contents of large files, by SHA-256, as they are uploaded. */
export class Storage {
  readonly contents = new Map<string, Buffer>();
  private readonly pieces = new Map<string, Map<number, Buffer>>();

  /** Tells whether files are large: those whose first bytes are no text. */
  modes({ files }: { files: { path: string; sample: string }[] }) {
    return {
      files: files.map(({ path, sample }) => ({
        path,
        uploadMode: Buffer.from(sample, 'base64').includes(0) ? 'lfs' : 'regular',
        shouldIgnore: false,
      })),
    };
  }

  /** Git LFS's answer: the addresses to send objects to; none for an object that is there. */
  batch(
    asked: { objects: { oid: string; size: number }[] },
    store: string,
    hub: string,
    pieceSize: number,
  ): Answer {
    const objects = asked.objects.map(({ oid, size }) => {
      if (this.contents.has(oid)) return { oid, size };
      const count = Math.ceil(size / pieceSize);
      const header =
        size <= pieceSize
          ? {}
          : {
              chunk_size: String(pieceSize),
              ...Object.fromEntries(
                Array.from({ length: count }, (_, i) => [
                  String(i + 1).padStart(5, '0'),
                  `${store}/piece/${oid}/${i + 1}`,
                ]),
              ),
            };
      const href = `${store}/${size <= pieceSize ? 'put' : 'join'}/${oid}`;
      const upload = { href, header };
      return { oid, size, actions: { upload, verify: { href: `${hub}/verify/${oid}` } } };
    });
    return { body: { transfer: 'basic', objects } };
  }

  /** The store's answer to a request. */
  answer(
    kind: string,
    oid: string,
    piece: string | undefined,
    request: IncomingMessage,
    body: Buffer,
    ranged: Ranged,
  ): Answer {
    if (kind === 'get') {
      const content = this.contents.get(oid);
      if (!content) return { status: 404 };
      const { headers, ...rest } = ranged(content, request.headers.range);
      return { ...rest, headers: { ...headers, ETag: `"${oid}"` } };
    }
    if (kind === 'piece') {
      const pieces = this.pieces.get(oid) ?? new Map<number, Buffer>();
      this.pieces.set(oid, pieces.set(Number(piece), body));
      return { headers: { ETag: `"${hashes(body).sha256}"` } };
    }
    const parts = [...(this.pieces.get(oid) ?? [])].sort(([a], [b]) => a - b);
    const content = kind === 'put' ? body : Buffer.concat(parts.map(([, each]) => each));
    if (hashes(content).sha256 !== oid) return { status: 400, body: { error: 'another hash' } };
    this.contents.set(oid, content);
    return { body: {} };
  }
}

interface Line {
  readonly key: string;
  readonly value: {
    readonly path: string;
    readonly content?: string;
    readonly encoding?: string;
    readonly oid?: string;
    readonly summary?: string;
  };
}

/**
 * Makes a commit of lines as they are sent.
 * @returns the words of a refusal where a large file was never uploaded
 */
export function commitFiles(
  repository: Repository,
  branch: string,
  lines: readonly Line[],
  storage: Storage,
): { commit: string } | string {
  const parent = repository.branches.get(branch)!;
  const files = new Map(repository.commits.get(parent));
  for (const { key, value } of lines) {
    if (key === 'header') repository.titles.push(value.summary!);
    if (key === 'file') {
      const content = Buffer.from(value.content!, value.encoding === 'base64' ? 'base64' : 'utf8');
      files.set(value.path, { content, isLarge: false });
    }
    if (key === 'lfsFile') {
      const content = storage.contents.get(value.oid!);
      if (!content) return `There is no LFS object ${value.oid}`;
      files.set(value.path, { content, isLarge: true });
    }
    if (key === 'deletedFile') files.delete(value.path);
  }
  const commit = createHash('sha1')
    .update(`${parent}${JSON.stringify(lines)}`)
    .digest('hex');
  repository.commits.set(commit, files);
  repository.branches.set(branch, commit);
  return { commit };
}
