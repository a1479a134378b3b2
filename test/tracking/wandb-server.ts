import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A run that the server keeps. */
interface Run {
  readonly displayName: string;
  readonly project: string;
  readonly entity: string;
  readonly config: Readonly<Record<string, { readonly value: unknown }>>;
  /** Rows by their places. */
  readonly history: Record<string, unknown>[];
  summary: Record<string, unknown>;
  readonly files: Map<string, Buffer>;
  uploaded: string[];
  exitcode: number | undefined;
}

interface Streamed {
  readonly files?: Record<string, { offset: number; content: string[] }>;
  readonly uploaded?: string[];
  readonly complete?: boolean;
  readonly exitcode?: number;
}

const parsed = (line: string) => JSON.parse(line) as Record<string, unknown>;

/**
 * A server that speaks the parts of W&B's interface that trackers need, as its own clients use it: see
 * `bench/peers/wandb_check.py`.
 */
export async function wandbServer() {
  const runs = new Map<string, Run>();
  const keys = new Set<string | undefined>();
  /** Decides the fate of a request: it is served or refused, it fails, or it is served and its answer lost. */
  let fate: (path: string) => 'served' | 'refused' | 'failed' | 'lost' = () => 'served';
  const mutations: Record<string, (variables: Record<string, string>) => unknown> = {
    upsertBucket({ name, project, entity = 'somebody', displayName, config }) {
      const before = runs.get(name!);
      runs.set(name!, {
        ...{ displayName: displayName!, project: project!, entity },
        config: JSON.parse(config!),
        history: before?.history ?? [],
        summary: before?.summary ?? {},
        files: before?.files ?? new Map(),
        uploaded: before?.uploaded ?? [],
        exitcode: undefined,
      });
      return { bucket: { name, project: { name: project, entity: { name: entity } } } };
    },
    createRunFiles({ entity, project, run, files }) {
      const known = runs.get(run!)!;
      if (known.entity !== entity || known.project !== project) throw new Error('another project');
      const place = (name: string) => ({ name, uploadUrl: `/storage/${run}/${name}?signed=yes` });
      return { uploadHeaders: ['x-place:storage'], files: [...files!].map(place) };
    },
  };
  function stream(run: Run, { files = {}, uploaded = [], complete, exitcode }: Streamed) {
    const { 'wandb-history.jsonl': history, 'wandb-summary.json': summary } = files;
    history?.content.forEach((line, i) => {
      if (history.offset > run.history.length) throw new Error('rows are missing');
      run.history[history.offset + i] = parsed(line);
    });
    if (summary) run.summary = parsed(summary.content.at(-1)!);
    run.uploaded.push(...uploaded);
    if (complete) run.exitcode = exitcode;
  }
  function answerTo(url: URL, method: string, headers: IncomingMessage['headers'], body: Buffer) {
    if (url.pathname.startsWith('/storage/') && method === 'PUT') {
      if (headers['x-place'] !== 'storage' || headers.authorization) throw new Error('headers');
      const [, , run, ...path] = url.pathname.split('/');
      runs.get(run!)!.files.set(path.join('/'), body);
      return {};
    }
    keys.add(headers.authorization);
    if (url.pathname === '/graphql') {
      const { query, variables } = JSON.parse(body.toString());
      const [, name] = /\{\s*(\w+)\(input/.exec(query)!;
      return { data: { [name!]: mutations[name!]!(variables) } };
    }
    const [, , entity, project, name] = url.pathname.split('/');
    const run = runs.get(name!)!;
    if (run.entity !== entity || run.project !== project) throw new Error('another project');
    stream(run, JSON.parse(body.toString()) as Streamed);
    return { limits: {} };
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://x');
    const body = await bodyOf(request);
    const own = fate(`${url.pathname} ${body.toString().slice(0, 200)}`);
    if (own === 'failed') {
      request.socket.destroy();
      return;
    }
    const answer =
      own === 'refused'
        ? { errors: [{ message: 'permission denied' }] }
        : answerTo(url, request.method!, request.headers, body);
    if (own === 'lost') {
      request.socket.destroy();
      return;
    }
    response.writeHead(own === 'refused' ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs,
    keys,
    decide(next: typeof fate) {
      fate = next;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
