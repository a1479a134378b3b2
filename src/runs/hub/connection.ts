import { hubHome } from '#hub-home';
import { UserError } from '../../base/errors.js';
import { reasonOf } from '../../base/excerpt.js';
import { brokenOff, connectionFault } from '../../data/published/download.js';
import type { HubHome } from './home.js';
import { HubUnreachable, isRepeatable, type Retries, retried, secondsAfter } from './retry.js';

/** Tells how much of a file was fetched. */
export interface HubProgress {
  /** `owner/name` */
  readonly repo: string;
  readonly file: string;
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Options for reaching the Hub; those left out come from the environment, as in Hugging Face's own
 * programs.
 */
export interface HubOptions {
  /** The user's token; `HF_TOKEN` or the user's file when left out, where there is one. */
  readonly token?: string;
  /** Another server than Hugging Face's; `HF_ENDPOINT` when left out. */
  readonly endpoint?: string;
  /** The folder that keeps fetched files; `HF_HUB_CACHE` when left out. */
  readonly cache?: string;
  /** Takes everything from that folder; `HF_HUB_OFFLINE` when left out. */
  readonly offline?: boolean;
  /** Stops a download; nothing of the file is kept then. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HubProgress) => void;
  /** Number of further tries where the Hub is too busy, or a connection breaks off: 4 when left out. */
  readonly retries?: number;
  /** Hears of a harmless fault, in one line. */
  readonly onNote?: (line: string) => void;
}

/** A refusal of the Hub. */
export class HubRefusal extends UserError {
  constructor(
    message: string,
    /** HTTP's status. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** The server of Hugging Face. */
const usualEndpoint = 'https://huggingface.co';

/** Tries after the first one, which wait 7.5 s in all where the Hub does not ask for more. */
const usualRetries = 4;

/** Longest wait for an answer or for more of one, in milliseconds; sending a large file may take longer. */
export const patience = 30_000;

/** The settings for the Hub: given options, over the environment's. */
export interface Connection extends HubHome {
  readonly endpoint: string;
  /** Settings that every function of the library is given. */
  readonly request: {
    readonly hubUrl: string;
    readonly fetch: typeof fetch;
    readonly accessToken?: string;
  };
  /** The same `fetch` without further tries, for whoever tries all of something again. */
  readonly fetchOnce: typeof fetch;
  readonly retries: Retries;
}

/**
 * The settings for the Hub, and a `fetch` whose errors are told in a line.
 * @param repo that the requests are about, for messages
 * @throws UserError when the text given is no token
 */
export async function connect(repo: string, given: HubOptions): Promise<Connection> {
  const own = await hubHome();
  const token =
    given.token === undefined ? own.token : { text: given.token, from: 'the token given' };
  if (token && !token.text.startsWith('hf_')) {
    throw new UserError(
      `${token.from} holds no token of the Hub: these begin with hf_. Set HF_TOKEN to one.`,
    );
  }
  const endpoint = (given.endpoint ?? own.endpoint ?? usualEndpoint).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(endpoint)) {
    throw new UserError(`HF_ENDPOINT is no address: ${endpoint}. Write https://…, or unset it.`);
  }
  const home: HubHome & { endpoint: string } = {
    ...own,
    endpoint,
    isOffline: given.offline ?? own.isOffline,
    ...(token ? { token } : {}),
    ...(given.cache === undefined ? {} : { cache: given.cache }),
  };
  const fetchOnce = fetchFor(repo, home, given.signal);
  const { retries: most = usualRetries, signal, onNote: tell = () => {} } = given;
  const retries: Retries = { most, signal, tell };
  return {
    ...home,
    ...{ fetchOnce, retries },
    request: {
      hubUrl: endpoint,
      fetch: fetchAgain(fetchOnce, retries),
      ...(token ? { accessToken: token.text } : {}),
    },
  };
}

/** `fetch` that tries again where a request may be sent again. */
function fetchAgain(fetchOnce: typeof fetch, retries: Retries): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const isSafe = isRepeatable(init?.method ?? 'GET', url);
    const isWhole = !(init?.body instanceof ReadableStream);
    return retried(
      () => fetchOnce(input, init),
      retries,
      ({ isRefused }) => isWhole && (isSafe || isRefused),
    );
  };
}

/** `fetch` that throws in vaekit's words where the server cannot be reached, or refuses. */
function fetchFor(
  repo: string,
  home: HubHome & { endpoint: string },
  signal: AbortSignal | undefined,
): typeof fetch {
  return async (input, init) => {
    if (home.isOffline) {
      throw new UserError(
        `${repo}: the Hub is not asked, for HF_HUB_OFFLINE is set. Unset it, and try again.`,
      );
    }
    const controller = new AbortController();
    const method = init?.method ?? 'GET';
    const timer = method === 'GET' ? setTimeout(() => controller.abort(), patience) : undefined;
    const stops = [controller.signal, signal, init?.signal].filter((each) => !!each);
    try {
      const response = await fetch(input, { ...init, signal: AbortSignal.any(stops) });
      const refusal = await refusalOf(response, repo, home);
      if (refusal) throw refusal;
      return response;
    } catch (error) {
      if (error instanceof UserError) throw error;
      signal?.throwIfAborted();
      init?.signal?.throwIfAborted();
      const why = controller.signal.aborted
        ? `there was no answer for ${patience / 1000} s`
        : connectionFault(error);
      throw new HubUnreachable(
        `${repo}: ${home.endpoint} cannot be reached: ${why}. Check the network, or HF_ENDPOINT.`,
        why === brokenOff ? { isRefused: false } : undefined,
      );
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The server's own words on an error, on one line; empty where it has none. */
async function wordsOf(response: Response): Promise<string> {
  const header = response.headers.get('X-Error-Message');
  if (header) return reasonOf(header, 200);
  try {
    const { error } = (await response.json()) as { error?: unknown };
    return typeof error === 'string' ? reasonOf(error, 200) : '';
  } catch {
    return '';
  }
}

const sentence = (words: string) => (words === '' ? '' : ` ${words.replace(/[.\s]*$/, '')}.`);

/** The refusal of a server as an error of the user's; undefined where it did not refuse, or a caller knows better. */
async function refusalOf(
  response: Response,
  repo: string,
  home: HubHome & { endpoint: string },
): Promise<UserError | undefined> {
  const { status } = response;
  // A conflict can be right: the thing is there already.
  if (response.ok || status === 409) return undefined;
  const words = sentence(await wordsOf(response));
  if (status === 429 || status >= 500) {
    const what = status === 429 ? 'was asked too often' : 'has trouble of its own';
    return new HubUnreachable(
      `${repo}: ${home.endpoint} ${what} (HTTP ${status}).${words} Try again later.`,
      { isRefused: status === 429, after: secondsAfter(response.headers.get('Retry-After')) },
    );
  }
  const code = response.headers.get('X-Error-Code') ?? '';
  return new HubRefusal(`${repo}: ${explained(status, code, words, repo, home)}`, status);
}

/** The meaning of a refusal, and the way out. */
function explained(
  status: number,
  code: string,
  words: string,
  repo: string,
  { endpoint, token }: HubHome & { endpoint: string },
): string {
  const settings = `${endpoint}/settings/tokens`;
  if (code === 'GatedRepo') {
    return `its owner gives access by request. Ask for it at ${endpoint}/${repo}, and set HF_TOKEN to a token of yours.`;
  }
  // The Hub answers the same for private and for missing repositories when there is no token.
  if (code === 'RepoNotFound' || (status === 401 && !token) || (status === 404 && code === '')) {
    const way = token ? 'ask its owner for access' : 'set HF_TOKEN to a token that may read it';
    return `${endpoint} has no such repository, or it is private. Check the name, or ${way}.`;
  }
  if (status === 401) {
    return `${endpoint} does not know the token of ${token!.from} (HTTP 401).${words} Make one at ${settings}.`;
  }
  if (code === 'RevisionNotFound') {
    return 'there is no such revision in it. Give a branch, a tag or a commit that it has.';
  }
  if (status === 403) {
    const whose = token ? `the token of ${token.from} may not do this` : 'a token is needed';
    return `${whose} (HTTP 403).${words} Make a token that may at ${settings}.`;
  }
  return `${endpoint} refused (HTTP ${status}).${words} Check the address.`;
}
