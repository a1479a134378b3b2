import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { endIdleThreads } from '../../runtime/thread/thread.node.js';

/**
 * Gives back now the memory of unreachable objects and of idle threads. V8 does so by itself, but late for
 * large arrays, which lie outside its heap: an unused data set would still be there while pictures are
 * drawn. Takes some 20 ms, so call it once in a run.
 */
export async function giveMemoryBack(): Promise<void> {
  await endIdleThreads();
  setFlagsFromString('--expose-gc');
  // The function is only in a context made after the flag was set, and only in one of V8: Bun has none.
  const collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  setFlagsFromString('--no-expose-gc');
  collect?.();
}
