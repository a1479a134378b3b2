import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { commitFiles, hashes, type Repository, Storage } from './hub-repository.js';

/** A request that the server heard. */
export interface Heard {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly token: string | undefined;
}

/** The answer to a request. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, or a value to send as JSON. */
  readonly body?: unknown;
}

/** A refusal as the Hub tells it. */
const refusal = (status: number, code: string, words: string): Answer => ({
  status,
  headers: { ...(code === '' ? {} : { 'X-Error-Code': code }), 'X-Error-Message': words },
  body: { error: words },
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  const bytes =
    body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const type = bytes === body ? 'application/octet-stream' : 'application/json; charset=utf-8';
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes?.length ?? 0,
    ...headers,
  });
  response.end(bytes);
}

/** A part of a content, as `Range` asks for it. */
function ranged(content: Uint8Array, range: string | undefined): Answer {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (start === undefined) return { body: content, headers: { 'Accept-Ranges': 'bytes' } };
  const last = end === '' ? content.length - 1 : Math.min(Number(end), content.length - 1);
  return {
    status: 206,
    body: content.subarray(Number(start), last + 1),
    headers: { 'Content-Range': `bytes ${start}-${last}/${content.length}` },
  };
}

/**
 * A server that speaks the parts of the Hub's interface that sharing needs, as its documents and its own clients have
 * them: repositories, revisions, preupload, Git LFS by simple and by divided uploads, commits, trees, and files with
 * their hashes, the large ones by a second address as from a store elsewhere.
 */
export async function hubServer() {
  const repositories = new Map<string, Repository>();
  const storage = new Storage();
  /** Tokens, and whether they may write. */
  const tokens = new Map([
    ['hf_owner', true],
    ['hf_reader', false],
  ]);
  const heard: Heard[] = [];
  const settings = {
    /** Entries of a tree in one answer. */
    pageSize: 1000,
    /** Bytes in a piece of a divided upload; larger files are divided. */
    pieceSize: Number.POSITIVE_INFINITY,
    /** Decides the fate of a request: it may be answered otherwise, or never. */
    fate: (_: Heard): Answer | 'lost' | 'silent' | 'served' => 'served',
  };
  const address = (server: ReturnType<typeof createServer>) =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const storeServer = createServer(async (request, response) => {
    const [, kind, oid = '', piece] = request.url!.split('/');
    const body = await bodyOf(request);
    heard.push({ method: request.method!, path: `store${request.url}`, token: undefined });
    // Secrets of one host are no other's business.
    if (request.headers.authorization) return send(response, { status: 400 });
    const own = settings.fate(heard.at(-1)!);
    if (own === 'lost') request.socket.destroy();
    else if (own === 'served')
      send(response, storage.answer(kind!, oid, piece, request, body, ranged));
    else if (own !== 'silent') send(response, own);
  });

  const hub = createServer(async (request, response) => {
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    const call = { method: request.method!, path: request.url!, token };
    heard.push(call);
    const body = await bodyOf(request);
    const own = settings.fate(call);
    if (own === 'lost') request.socket.destroy();
    else if (own !== 'silent') send(response, own === 'served' ? answer(request, call, body) : own);
  });
  await new Promise<void>((resolve) => storeServer.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));

  function answer(request: IncomingMessage, { path, token }: Heard, body: Buffer): Answer {
    if (token !== undefined && !tokens.has(token)) {
      return refusal(401, '', 'Invalid credentials in Authorization header');
    }
    const { pathname, searchParams } = new URL(path, 'http://hub');
    const json = () => JSON.parse(body.toString() || '{}');
    if (pathname === '/api/repos/create') return create(json(), token);
    const [, verified] = /^\/verify\/(\w+)$/.exec(pathname) ?? [];
    if (verified) return { status: storage.contents.has(verified) ? 200 : 404, body: {} };
    const [, api, owner, name, action, ...rest] =
      /^\/(api\/models\/)?([^/]+)\/([^/]+?)(?:\.git)?(?:\/([^/]+)\/?(.*))?$/.exec(pathname) ?? [];
    const repository = repositories.get(`${owner}/${name}`);
    if (!repository || (repository.isPrivate && token === undefined)) {
      const status = token === undefined ? 401 : 404;
      return refusal(status, 'RepoNotFound', 'Repository not found');
    }
    const about = { repository, rest: rest[0] ?? '', searchParams, token };
    if (request.method === 'POST' && action !== 'paths-info') {
      if (token === undefined) return refusal(401, '', 'A token is needed');
      if (!tokens.get(token))
        return refusal(403, '', 'You have read access but not the required permissions');
      return written(action!, about, body);
    }
    if (!api) return resolved(about, request);
    return told(action ?? 'revision', about, path, json);
  }

  function create(
    given: { name: string; organization: string; visibility?: string; private?: boolean },
    token: string | undefined,
  ): Answer {
    if (token === undefined) return refusal(401, '', 'A token is needed');
    if (!tokens.get(token)) return refusal(403, '', 'You may not create repositories here');
    const id = `${given.organization}/${given.name}`;
    const url = `${address(hub)}/${id}`;
    if (repositories.has(id)) {
      return { status: 409, body: { error: 'You already created this model repo', url } };
    }
    const isPrivate = given.visibility === 'private' || given.private === true;
    repositories.set(id, emptyRepository(id, isPrivate));
    return { body: { url, id, name: id } };
  }

  type About = {
    readonly repository: Repository;
    readonly rest: string;
    readonly searchParams: URLSearchParams;
  };

  /** The commit of a revision, and the path behind it: revisions may hold slashes when they are encoded. */
  function at({ repository, rest }: About) {
    const [revision = '', ...path] = rest.split('/');
    const name = decodeURIComponent(revision === 'HEAD' ? 'main' : revision);
    const commit = repository.branches.get(name) ?? name;
    const files = repository.commits.get(commit);
    return { name, commit, files, path: decodeURIComponent(path.join('/')) };
  }

  const noRevision = (name: string) => refusal(404, 'RevisionNotFound', `Invalid rev id: ${name}`);

  function told(
    action: string,
    about: About,
    url: string,
    json: () => { paths?: string[] },
  ): Answer {
    const { repository } = about;
    const found = at(about.rest === '' ? { ...about, rest: 'main' } : about);
    if (!found.files) return noRevision(found.name);
    const entries = [...found.files].map(([path, { content, isLarge }]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: hashes(content).git,
      ...(isLarge && {
        lfs: { oid: hashes(content).sha256, size: content.length, pointerSize: 130 },
      }),
    }));
    if (action === 'paths-info') {
      return { body: entries.filter(({ path }) => json().paths!.includes(path)) };
    }
    if (action === 'tree') {
      const start = Number(about.searchParams.get('cursor') ?? 0);
      const end = start + settings.pageSize;
      const next = new URL(url, address(hub));
      next.searchParams.set('cursor', String(end));
      return {
        body: entries.slice(start, end),
        headers: end < entries.length ? { Link: `<${next}>; rel="next"` } : {},
      };
    }
    const siblings = entries.map(({ path }) => ({ rfilename: path }));
    const facts = {
      downloads: 0,
      likes: 0,
      gated: false,
      tags: [],
      lastModified: '2026-11-28T12:00:00.000Z',
    };
    return {
      body: {
        ...{ _id: hashes(Buffer.from(repository.id)).git.slice(0, 24), id: repository.id },
        ...{ modelId: repository.id, sha: found.commit, private: repository.isPrivate, siblings },
        ...facts,
      },
    };
  }

  function resolved(about: About, request: IncomingMessage): Answer {
    const { commit, files, path, name } = at(about);
    if (!files) return noRevision(name);
    const file = files.get(path);
    if (!file) return refusal(404, 'EntryNotFound', 'Entry not found');
    const { sha256, git } = hashes(file.content);
    const common = { 'X-Repo-Commit': commit };
    if (!file.isLarge) {
      const { headers, ...rest } = ranged(file.content, request.headers.range);
      return { ...rest, headers: { ...headers, ...common, ETag: `"${git}"` } };
    }
    return {
      status: 302,
      headers: {
        ...common,
        ...{ 'X-Linked-Size': String(file.content.length), 'X-Linked-Etag': `"${sha256}"` },
        Location: `${address(storeServer)}/get/${sha256}`,
      },
    };
  }

  function written(action: string, about: About, body: Buffer): Answer {
    const { repository, rest } = about;
    if (action === 'info')
      return storage.batch(
        JSON.parse(body.toString()),
        address(storeServer),
        address(hub),
        settings.pieceSize,
      );
    if (action === 'branch') {
      const name = decodeURIComponent(rest);
      if (repository.branches.has(name))
        return { status: 409, body: { error: 'Reference already exists' } };
      const { startingPoint = 'main' } = JSON.parse(body.toString()) as { startingPoint?: string };
      repository.branches.set(name, repository.branches.get(startingPoint)!);
      return { body: {} };
    }
    const { name, files } = at(about);
    if (!files) return noRevision(name);
    if (action === 'preupload') return { body: storage.modes(JSON.parse(body.toString())) };
    const lines = body
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    const made = commitFiles(repository, name, lines, storage);
    if (typeof made === 'string') return refusal(400, '', made);
    const commitUrl = `${address(hub)}/${repository.id}/commit/${made.commit}`;
    return { body: { success: true, commitOid: made.commit, commitUrl, hookOutput: '' } };
  }

  return {
    endpoint: address(hub),
    repositories,
    tokens,
    heard,
    settings,
    storage,
    async close() {
      for (const server of [hub, storeServer]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function emptyRepository(id: string, isPrivate: boolean): Repository {
  const content = Buffer.from('*.safetensors filter=lfs diff=lfs merge=lfs -text\n');
  const commit = createHash('sha1').update(id).digest('hex');
  const files = new Map([['.gitattributes', { content, isLarge: false }]]);
  return {
    id,
    isPrivate,
    branches: new Map([['main', commit]]),
    commits: new Map([[commit, files]]),
    titles: [],
  };
}
