import { breathe } from '../../base/breathe.js';

/** Milliseconds of work between two breaks. */
const stretch = 40;

/**
 * A function to call between pieces of work: at times it lets others run, so that a page stays alive,
 * and it throws the signal's reason once that is aborted.
 */
export function paced(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < stretch) return;
    await breathe();
    last = performance.now();
    signal?.throwIfAborted();
  };
}
