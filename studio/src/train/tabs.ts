/*
 * The tabs of one browser: a tab holds a run while it trains it, by a lock of the browser, so that no
 * other one trains it too; tabs that show the run are told of it.
 */
import type { Frame } from '../model/learning/frames.js';
import type { Position } from '../storage/database.js';

/** A message to the other tabs, about a run. */
export type TabMessage = { readonly id: string } & (
  | { readonly kind: 'begun' | 'ended' }
  /** A tab shows the run, and asks for all of its state. */
  | { readonly kind: 'watched' }
  /** A tab wants to go on with the run in the place of the one that holds it. */
  | { readonly kind: 'wanted' }
  | { readonly kind: 'kept'; readonly position: Position }
  /** The latents as they are now. */
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Values that the tab shows, by name. */
  | { readonly kind: 'shown'; readonly values: Readonly<Record<string, unknown>> }
);

const channel = new BroadcastChannel('vaekit-studio');

/** Tells the other tabs. */
export function tell(message: TabMessage): void {
  channel.postMessage(message);
}

/** Listens to the other tabs. Returns a function that ends it. */
export function listen(hear: (message: TabMessage) => void): () => void {
  const listener = (event: MessageEvent<TabMessage>) => hear(event.data);
  channel.addEventListener('message', listener);
  return () => channel.removeEventListener('message', listener);
}

const prefix = 'vaekit-run-';

/**
 * Holds a run until the returned function is called; gives undefined where another tab holds the run. Where
 * the browser has no locks, as over plain HTTP, every tab gets its run.
 */
export async function hold(id: string): Promise<(() => Promise<void>) | undefined> {
  if (!navigator.locks) return async () => {};
  return new Promise((give) => {
    const freed = navigator.locks.request(`${prefix}${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) return give(undefined);
      return new Promise<void>((release) => {
        give(async () => {
          release();
          await freed;
        });
      });
    });
  });
}

/** Fulfilled when no tab holds a run. @param signal ends the wait, and then it is never fulfilled */
export async function whenFree(id: string, signal: AbortSignal): Promise<void> {
  await navigator.locks.request(`${prefix}${id}`, { signal }, () => {});
}

/** The ids of the runs that tabs hold, this one's too. */
export async function heldRuns(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name] : []));
  return new Set(names.map((name) => name.slice(prefix.length)));
}
