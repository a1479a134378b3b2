import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import send from 'send';
import { answer } from './guard.js';

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
};

function typeOf(name: string): string {
  return types[/\.(\w+)$/.exec(name)?.[1] ?? ''] ?? 'application/octet-stream';
}

/** Tells whether a request takes a file of that name compressed. A range counts bytes of the plain file. */
export function takesCompressed({ method, headers }: IncomingMessage, name: string): boolean {
  const accepted = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  return (
    method === 'GET' && accepted && !headers.range && /^(text|application)\//.test(typeOf(name))
  );
}

/** Sends a file compressed, as it is read; 304 when the client has it. */
export async function sendCompressed(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { root, path, type, cache }: SentFile,
): Promise<void> {
  const file = join(root, path);
  const { size, mtimeMs } = await stat(file);
  const tag = `W/"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}-gzip"`;
  response.setHeader('Cache-Control', cache);
  response.setHeader('ETag', tag);
  if (headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', typeOf(type));
  response.setHeader('Content-Encoding', 'gzip');
  // Time counts for more than size where both ends are on one machine.
  const fastest = createGzip({ level: 1 });
  // A client that goes away is no fault.
  await pipeline(createReadStream(file), fastest, response).catch(() => response.destroy());
}

export interface SentFile {
  readonly root: string;
  /** Path from the root, with slashes; the caller has checked it. */
  readonly path: string;
  /** A name whose ending tells the type. */
  readonly type: string;
  /** `Cache-Control`. */
  readonly cache: string;
}

/** Sends a file, or the range of it that is asked for; 304 when the client has it. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path, type, cache }: SentFile,
): Promise<void> {
  return new Promise((resolve) => {
    response.on('close', resolve);
    response.setHeader('Cache-Control', cache);
    send(request, encodeURI(path), { root, index: false, dotfiles: 'deny', cacheControl: false })
      .on('headers', () => {
        response.setHeader('Content-Type', typeOf(type));
      })
      .on('directory', () => answer(response, 404, 'There is no such file.'))
      .on('error', (error: { status?: number }) => {
        if (response.headersSent) {
          response.destroy();
          return;
        }
        const status = error.status ?? 500;
        if (status !== 416) response.removeHeader('Content-Range');
        answer(
          response,
          status,
          status === 416 ? 'There is no such range.' : 'There is no such file.',
        );
      })
      .pipe(response);
  });
}
