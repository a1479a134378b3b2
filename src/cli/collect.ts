import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back now what is no longer referred to. V8 does so by itself, but late for large arrays, which
 * it sees little of: a data set that was let go would still be there while pictures are drawn. Takes
 * some 20 ms, so it is for once in a run.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  // Only a context made after the flag was set has the function.
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
