import { type Remote, releaseProxy, wrap } from 'comlink';
import { said } from '../language/language.js';
import type { ModelService } from './api.js';
import type { TableService } from './tables/api.js';

/** A worker that holds models; it can be lost, and then every call fails with the reason. */
export interface ModelClient {
  readonly service: Remote<ModelService>;
  /** The uses of models of tables. */
  tables(): Promise<Remote<TableService>>;
  /** Settles when the worker is lost, with the reason. */
  readonly lost: Promise<Error>;
  /** Ends the worker at once; done again, it does nothing. */
  stop(): void;
}

const lostMessage = said(
  'The part of the page that computes has stopped, as it does when memory runs out. Kept runs are safe: reload the page to go on, with a smaller model or batch.',
);

/** Starts a worker for models. */
export function startModelWorker(): ModelClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: 'vaekit',
  });
  const stopped = new AbortController();
  const lock = `vaekit-${crypto.randomUUID()}`;
  let lose: (error: Error) => void;
  const lost = new Promise<Error>((resolve) => {
    lose = resolve;
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(new Error(event.message ? `${lostMessage} (${event.message})` : lostMessage));
    });
  });
  const remote = wrap<ModelService>(worker);
  // A lost worker answers nothing: calls that wait for it must fail.
  const guarded = <T extends object>(remote: T): T =>
    new Proxy(remote, {
      get(target, name: string | symbol) {
        const member = Reflect.get(target, name);
        if (typeof name !== 'string' || name === 'then') return member;
        return (...given: unknown[]) =>
          Promise.race([
            Reflect.apply(member as (...given: unknown[]) => unknown, undefined, given),
            lost.then((error) => Promise.reject(error)),
          ]);
      },
    });
  const service = guarded(remote);
  let ofTables: Promise<Remote<TableService>> | undefined;
  // The lock that a worker held is free once it ends; there is no event that tells of it.
  service.start(document.baseURI, lock).then(
    () =>
      navigator.locks
        ?.request(lock, { signal: stopped.signal }, () => lose(new Error(lostMessage)))
        .catch(() => undefined),
    () => undefined,
  );
  return {
    service,
    lost,
    tables() {
      ofTables ??= service.tables().then((tables) => guarded(tables));
      return ofTables;
    },
    stop() {
      if (stopped.signal.aborted) return;
      stopped.abort();
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}
