import { UserError } from '../../../src/index.js';
import { formatBytes, formatCount } from '../../../src/report/number.js';
import type { Footprint } from '../../../src/step/index.js';

/** A page's runtime has addresses for so many bytes, and this share of them may be asked for. */
const mostBytes = 2 ** 32;
const mostShare = 0.8;

/** @throws UserError when the step of a training takes more memory than a page has, on the processor */
export function checkMemory({ device, parameters, memory }: Footprint): void {
  if (device !== 'cpu') return;
  // Chromium tells how many GiB the machine has, 8 at the most.
  const { deviceMemory = 8 } = navigator as { readonly deviceMemory?: number };
  const limit = Math.min(mostBytes, deviceMemory * 2 ** 30);
  if (memory <= mostShare * limit) return;
  throw new UserError(
    `Training ${formatCount(parameters)} parameters so takes about ${formatBytes(memory)} of memory, more than ${100 * mostShare} % of the ${formatBytes(limit)} that a page can have. Take smaller pictures, a smaller batch, or fewer hidden units.`,
  );
}

/** The runtime's ways to say that memory is used up, in words; undefined for any other error. */
export function outOfMemory(error: unknown): UserError | undefined {
  const { message } = error as Error;
  if (!/bad_alloc|out of memory|allocation failed|failed to allocate/i.test(message)) return;
  return new UserError(
    'The memory that a page has is too small for this model. Take fewer hidden units, a smaller batch, or a likelihood with fewer numbers a pixel.',
    { cause: error },
  );
}
