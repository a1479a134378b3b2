import type { IncomingMessage, ServerResponse } from 'node:http';
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

export interface SentFile {
  readonly root: string;
  /** From the root, with slashes; whoever calls has checked it. */
  readonly path: string;
  /** A name whose ending tells the type. */
  readonly type: string;
  /** `Cache-Control`. */
  readonly cache: string;
  readonly encoding?: 'gzip';
}

/** Sends a file, or the range of it that is asked for; 304 when the client has it. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { root, path, type, cache, encoding }: SentFile,
): Promise<void> {
  return new Promise((resolve) => {
    response.on('close', resolve);
    response.setHeader('Cache-Control', cache);
    send(request, encodeURI(path), { root, index: false, dotfiles: 'deny', cacheControl: false })
      .on('headers', () => {
        const ending = /\.(\w+)$/.exec(type)?.[1] ?? '';
        response.setHeader('Content-Type', types[ending] ?? 'application/octet-stream');
        if (encoding) response.setHeader('Content-Encoding', encoding);
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
