import { UserError } from './errors.js';
import { isError } from './realm.js';

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
    throw error instanceof UserError ? error : new UserError(`${url}: ${reason(error)}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // What was not read after an error is not wanted.
    controller.abort();
  }
}

async function collect(
  body: ReadableStream<Uint8Array>,
  limit: number,
  url: string,
  onChunk: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    onChunk();
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

/** `fetch` says only that it failed; why is in the cause. */
function reason(error: unknown): string {
  if (!isError(error)) return String(error);
  const { cause } = error;
  if (!isError(cause)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
}
