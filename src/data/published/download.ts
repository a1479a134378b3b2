import { UserError } from '../../base/errors.js';
import { codeOf } from '../../base/file-errors.js';
import { isError } from '../../base/realm.js';

/** Longest wait for the next bytes, in milliseconds. */
const patience = 30_000;

/**
 * The content at an address.
 * @param limit most bytes to accept
 * @throws UserError when there is no such content, or it cannot be had whole; the signal's reason
 *   when that aborts
 */
export async function download(
  url: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => controller.abort(new UserError(`${url}: no answer for ${patience / 1000} s`)),
      patience,
    );
  };
  try {
    wait();
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok || !response.body) throw new UserError(`${url}: HTTP ${response.status}`);
    return await collect(response.body, limit, url, wait);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof UserError ? error : new UserError(`${url}: ${connectionFault(error)}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // The rest, after an error, is not wanted.
    controller.abort();
  }
}

/** The content of a stream. @throws UserError when it is over the limit */
export async function collect(
  body: ReadableStream<Uint8Array>,
  limit: number,
  url: string,
  onChunk: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    onChunk(value.length);
    length += value.length;
    if (length > limit)
      throw new UserError(`${url}: over ${limit} bytes, more than there should be`);
    chunks.push(value);
  }
  const content = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    content.set(chunk, at);
    at += chunk.length;
  }
  return content;
}

/** The fault of a connection that was there, and is no more. */
export const brokenOff = 'the connection broke off';

/** The meaning of the system's codes of failed connections. */
const failures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host was not found',
  EAI_AGAIN: 'its host was not found: is this machine online?',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: brokenOff,
  EPIPE: brokenOff,
  UND_ERR_SOCKET: brokenOff,
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'its host cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it did not answer in time',
};

/** The reason why a connection failed: `fetch` says only that it did, and the cause says why. */
export function connectionFault(error: unknown): string {
  if (!isError(error)) return String(error);
  const code = codeOf(error.cause) || codeOf(error);
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) return 'its certificate is not trusted';
  return failures[code] ?? 'the connection failed';
}
