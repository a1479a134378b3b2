import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The rights of the page: to run its own scripts, WebAssembly and workers, and talk to its own server;
 * nothing else.
 */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
] as const;

/** The headers of every answer: isolated from other origins, so that the page may use threads. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentPolicy.join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** A request that is not answered. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** The hosts under which this server may be asked: others are pages that rebind their name to it. */
const hosts = ['127.0.0.1', 'localhost', '[::1]'];

/** The reason why a request is refused; undefined when it is not. */
export function refusalOf(
  { method, headers: given }: IncomingMessage,
  port: number,
): Refusal | undefined {
  const own = hosts.map((host) => `${host}:${port}`);
  if (!own.includes(given.host ?? '')) {
    return { status: 403, reason: `Host ${given.host ?? ''} is not this server.` };
  }
  const { origin } = given;
  if (origin !== undefined && !own.some((host) => origin === `http://${host}`)) {
    return { status: 403, reason: `Requests from ${origin} are refused.` };
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, reason: `${method} is not answered: only GET and HEAD.` };
  }
  return undefined;
}

/**
 * The parts of a request's path, decoded; undefined when a part could lead out of a folder.
 * @param url as it was sent: a URL parser would have resolved `..`
 */
export function pathParts(url: string): readonly string[] | undefined {
  const path = url.replace(/[?#].*$/s, '');
  if (!path.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of path.slice(1).split('/')) {
    let decoded: string;
    try {
      decoded = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it refuses them
    if (/[\\/\x00-\x1f]/.test(decoded) || decoded === '..' || decoded === '.') return undefined;
    parts.push(decoded);
  }
  return parts;
}

/** Answers with a line of text. */
export function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(`${text}\n`);
}
