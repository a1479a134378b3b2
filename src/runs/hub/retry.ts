import { UserError } from '../../base/errors.js';

/** Trouble that another try soon may not meet. */
export interface Passing {
  /** Tells whether the server did nothing that it was asked for. */
  readonly isRefused: boolean;
  /** Seconds that the server asks to wait. */
  readonly after?: number | undefined;
}

/** Tells that the Hub has not answered: it cannot be reached, or has trouble of its own. */
export class HubUnreachable extends UserError {
  constructor(
    message: string,
    readonly passing?: Passing,
  ) {
    super(message);
  }
}

/** Says how often something is tried again, and which listener that hears of it. */
export interface Retries {
  /** Tries after the first one. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
  tell(line: string): void;
}

/** Wait before the second try, in seconds; each further wait is twice as long. */
const firstWait = 0.5;

/** Longest wait that a server may ask for, in seconds: it counts requests over five minutes. */
const longestWait = 300;

/** Seconds that an answer asks to wait: a number, or a date. */
export function secondsAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/**
 * Requests that may be sent again, whatever became of them. The Hub makes a repository or a branch once, and
 * says so the second time. A commit could be made twice, and an upload in pieces be ended twice.
 */
export function isRepeatable(method: string, url: string): boolean {
  if (method !== 'POST') return true;
  return /\/(?:preupload|paths-info|branch)\/|\/objects\/batch$|\/repos\/create$/.test(
    new URL(url).pathname,
  );
}

/** Waits. @throws the signal's reason when that aborts */
async function wait(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, 1000 * seconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Tries something until it goes well, or fails in a way that another try cannot help, or was tried often enough.
 * @param mayRepeat whether it may be done again after some trouble
 * @throws the last error; the signal's reason when that aborts
 */
export async function retried<T>(
  attempt: () => Promise<T>,
  { most, signal, tell }: Retries,
  mayRepeat: (trouble: Passing) => boolean = () => true,
): Promise<T> {
  for (let failed = 0; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      const trouble = error instanceof HubUnreachable ? error.passing : undefined;
      if (!trouble || failed >= most || !mayRepeat(trouble)) throw error;
      const seconds = Math.ceil(trouble.after ?? 0) || firstWait * 2 ** failed;
      if (seconds > longestWait) throw error;
      const words = (error as Error).message.replace(
        / (?:Try again|Check the network)[^.]*\.$/,
        '',
      );
      tell(`${words} Trying again in ${seconds} s.`);
      await wait(seconds, signal);
    }
  }
}
